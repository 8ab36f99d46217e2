#include "providers/anthropic/request.h"

#include "providers/anthropic/breakpoints.h"
#include "providers/tool_call_ids.h"

namespace coditect::providers::anthropic {

namespace {

constexpr std::string_view kVersion = "2023-06-01";

/// The API refuses text without a visible character.
bool visible(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") != std::string_view::npos;
}

json::object text_part(std::string_view text) { return {{"type", "text"}, {"text", text}}; }

/// Writes the content of one message.
class Content {
 public:
  Content(const std::string& model, ToolCallIds& ids) : model_(model), ids_(ids) {}

  void operator()(const TextBlock& block) {
    const json::object* cited = echo_for(block.echo, ProviderKind::kAnthropic, model_);
    if (cited != nullptr) {
      rest_.push_back(*cited);
    } else if (visible(block.text)) {
      rest_.push_back(text_part(block.text));
    }
  }
  void operator()(const ToolCall& call) {
    const std::string id = ids_.for_call(call.id);
    const json::object* item = echo_for(call.echo, ProviderKind::kAnthropic, model_);
    if (item != nullptr && id == call.id) {
      rest_.push_back(*item);
      return;
    }
    rest_.push_back(
        json::object{{"type", "tool_use"}, {"id", id}, {"name", call.name}, {"input", call.input}});
  }
  void operator()(const ToolResult& result) {
    const bool failed = result.outcome == ToolOutcome::kError;
    // An error must say something.
    const std::string_view output =
        failed && result.output.empty() ? std::string_view("failed") : result.output;
    results_.push_back(json::object{{"type", "tool_result"},
                                    {"tool_use_id", ids_.for_result(result.call_id)},
                                    {"content", output},
                                    {"is_error", failed}});
  }
  void operator()(const Reasoning& block) {
    echo(echo_for(block.echo, ProviderKind::kAnthropic, model_));
  }
  void operator()(const OpaqueBlock& block) {
    echo(echo_for(block.echo, ProviderKind::kAnthropic, model_));
  }
  void operator()(const ImageBlock& image) {
    json::object source{
        {"type", "base64"}, {"media_type", image.media_type}, {"data", base64_of(image)}};
    rest_.push_back(json::object{{"type", "image"}, {"source", std::move(source)}});
  }

  /// Results come first: the API wants them right after the calls.
  json::array take() && {
    json::array all = std::move(results_);
    for (json::value& part : rest_) all.push_back(std::move(part));
    return all;
  }

 private:
  void echo(const json::object* item) {
    if (item != nullptr) rest_.push_back(*item);
  }

  const std::string& model_;
  ToolCallIds& ids_;
  json::array results_;
  json::array rest_;
};

json::array messages(const ModelRequest& request) {
  ToolCallIds ids;
  json::array all;
  for (const Turn& turn : alternating(request.turns)) {
    Content content(request.model, ids);
    for (const Block& block : turn.blocks) std::visit(content, block);
    json::array parts = std::move(content).take();
    if (parts.empty()) continue;
    const std::string_view role = turn.role == Role::kUser ? "user" : "assistant";
    all.push_back(json::object{{"role", role}, {"content", std::move(parts)}});
  }
  return all;
}

json::array tools(const ModelRequest& request) {
  json::array all;
  for (const ToolSpec& tool : request.tools) {
    all.push_back(json::object{{"name", tool.name},
                               {"description", tool.description},
                               {"input_schema", tool.input_schema}});
  }
  return all;
}

/// Asking for an effort means asking to think; without one the model's own default holds.
void set_effort(Effort effort, json::object& body) {
  if (effort == Effort::kNone) return;
  const Effort lowest = effort == Effort::kMinimal ? Effort::kLow : effort;
  body["output_config"] = json::object{{"effort", to_string(lowest)}};
  body["thinking"] = json::object{{"type", "adaptive"}};
}

}  // namespace

HttpPost build_request(const ModelRequest& request) {
  json::object body{
      {"model", request.model}, {"max_tokens", request.max_output_tokens}, {"stream", true}};
  if (!request.tools.empty()) body["tools"] = tools(request);
  if (visible(request.system)) body["system"] = json::array{text_part(request.system)};
  body["messages"] = messages(request);
  place_breakpoints(request, body);
  if (!request.stop_sequences.empty()) {
    body["stop_sequences"] =
        json::array(request.stop_sequences.begin(), request.stop_sequences.end());
  }
  if (request.effort) set_effort(*request.effort, body);
  return {"/v1/messages", {{"anthropic-version", std::string(kVersion)}}, json::serialize(body)};
}

}  // namespace coditect::providers::anthropic
