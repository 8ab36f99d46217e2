#include "providers/openai/request.h"

#include <map>

#include "providers/openai/client_calls.h"
#include "providers/tool_call_ids.h"

namespace coditect::providers::openai {

namespace {

/// Models before generation 5 refuse the fields about reasoning.
bool reasons(std::string_view model) {
  return !model.starts_with("gpt-3") && !model.starts_with("gpt-4");
}

json::object message(std::string_view role, json::object part) {
  return {{"type", "message"}, {"role", role}, {"content", json::array{std::move(part)}}};
}

json::object text_part(std::string_view type, std::string_view text) {
  return {{"type", type}, {"text", text}};
}

/// Writes the items of all turns. The API takes its own items back verbatim.
class Items {
 public:
  explicit Items(const std::string& model) : model_(model) {}

  void write(const Turn& turn) {
    role_ = turn.role;
    for (const Block& block : turn.blocks) std::visit(*this, block);
  }
  json::array take() && { return std::move(items_); }

  void operator()(const TextBlock& block) {
    if (echo(block.echo) || block.text.empty()) return;
    if (role_ == Role::kUser) {
      items_.push_back(message("user", text_part("input_text", block.text)));
      return;
    }
    json::object item = message("assistant", text_part("output_text", block.text));
    if (!block.phase.empty()) item["phase"] = block.phase;
    items_.push_back(std::move(item));
  }
  void operator()(const ToolCall& call) {
    const std::string id = ids_.for_call(call.id);
    const json::object* item = echo_for(call.echo, ProviderKind::kOpenAi, model_);
    client_calls_.erase(id);
    if (item != nullptr && id == call.id) {
      if (is_client_call(*item)) client_calls_[id] = item;
      items_.push_back(*item);
      return;
    }
    items_.push_back(json::object{{"type", "function_call"},
                                  {"call_id", id},
                                  {"name", call.name},
                                  {"arguments", json::serialize(call.input)}});
  }
  void operator()(const ToolResult& result) {
    const std::string id = ids_.for_result(result.call_id);
    if (const auto call = client_calls_.find(id); call != client_calls_.end()) {
      items_.push_back(client_call_output(*call->second, id, result));
      return;
    }
    items_.push_back(
        json::object{{"type", "function_call_output"}, {"call_id", id}, {"output", result.output}});
  }
  void operator()(const Reasoning& block) { echo(block.echo); }
  void operator()(const OpaqueBlock& block) { echo(block.echo); }
  void operator()(const ImageBlock& image) {
    // Without a detail that is named, newer models take the picture as it is, at a higher price.
    items_.push_back(message(
        "user", {{"type", "input_image"}, {"image_url", data_url(image)}, {"detail", "high"}}));
  }

 private:
  /// Whether the block has an item of this model, which then stands for it.
  template <class Echo>
  bool echo(const Echo& echo) {
    const json::object* item = echo_for(echo, ProviderKind::kOpenAi, model_);
    if (item != nullptr) items_.push_back(*item);
    return item != nullptr;
  }

  const std::string& model_;
  Role role_ = Role::kUser;
  ToolCallIds ids_;
  std::map<std::string, const json::object*> client_calls_;  // by the id that is sent
  json::array items_;
};

json::array input(const ModelRequest& request) {
  Items items(request.model);
  for (const Turn& turn : request.turns) items.write(turn);
  return std::move(items).take();
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
