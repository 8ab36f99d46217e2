#include "providers/openai/request.h"

#include "providers/tool_call_ids.h"

namespace coditect::providers::openai {

namespace {

/// Models before generation 5 refuse the fields about reasoning.
bool reasons(std::string_view model) {
  return !model.starts_with("gpt-3") && !model.starts_with("gpt-4");
}

json::object message(std::string_view role, std::string_view part_type, const std::string& text) {
  return {{"type", "message"},
          {"role", role},
          {"content", json::array{json::object{{"type", part_type}, {"text", text}}}}};
}

/// Writes the items of one turn. The API takes its own items back verbatim.
class Items {
 public:
  Items(const std::string& model, Role role, ToolCallIds& ids, json::array& items)
      : model_(model), role_(role), ids_(ids), items_(items) {}

  void operator()(const TextBlock& block) {
    if (echo(block.echo) || block.text.empty()) return;
    if (role_ == Role::kUser) {
      items_.push_back(message("user", "input_text", block.text));
      return;
    }
    json::object item = message("assistant", "output_text", block.text);
    if (!block.phase.empty()) item["phase"] = block.phase;
    items_.push_back(std::move(item));
  }
  void operator()(const ToolCall& call) {
    const std::string id = ids_.for_call(call.id);
    if (id == call.id && echo(call.echo)) return;
    items_.push_back(json::object{{"type", "function_call"},
                                  {"call_id", id},
                                  {"name", call.name},
                                  {"arguments", json::serialize(call.input)}});
  }
  void operator()(const ToolResult& result) {
    items_.push_back(json::object{{"type", "function_call_output"},
                                  {"call_id", ids_.for_result(result.call_id)},
                                  {"output", result.output}});
  }
  void operator()(const Reasoning& block) { echo(block.echo); }
  void operator()(const OpaqueBlock& block) { echo(block.echo); }

 private:
  /// Whether the block has an item of this model, which then stands for it.
  template <class Echo>
  bool echo(const Echo& echo) {
    const json::object* item = echo_for(echo, ProviderKind::kOpenAi, model_);
    if (item != nullptr) items_.push_back(*item);
    return item != nullptr;
  }

  const std::string& model_;
  const Role role_;
  ToolCallIds& ids_;
  json::array& items_;
};

json::array input(const ModelRequest& request) {
  ToolCallIds ids;
  json::array items;
  for (const Turn& turn : request.turns) {
    Items writer(request.model, turn.role, ids, items);
    for (const Block& block : turn.blocks) std::visit(writer, block);
  }
  return items;
}

json::array tools(const ModelRequest& request) {
  json::array all;
  for (const ToolSpec& tool : request.tools) {
    // Strict is the default, and refuses optional properties.
    all.push_back(json::object{{"type", "function"},
                               {"name", tool.name},
                               {"description", tool.description},
                               {"parameters", tool.input_schema},
                               {"strict", false}});
  }
  return all;
}

}  // namespace

HttpPost build_request(const ModelRequest& request) {
  json::object body{{"model", request.model},
                    {"store", false},
                    {"stream", true},
                    {"max_output_tokens", request.max_output_tokens}};
  if (!request.system.empty()) body["instructions"] = request.system;
  body["input"] = input(request);
  if (!request.tools.empty()) body["tools"] = tools(request);
  if (!request.cache_key.empty()) body["prompt_cache_key"] = request.cache_key;
  if (reasons(request.model)) {
    body["include"] = json::array{"reasoning.encrypted_content"};
    if (request.effort) {
      body["reasoning"] = json::object{{"effort", to_string(*request.effort)}, {"summary", "auto"}};
    }
  }
  return {"/responses", {}, json::serialize(body)};
}

}  // namespace coditect::providers::openai
