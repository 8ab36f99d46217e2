#include "providers/moonshot/request.h"

namespace coditect::providers::moonshot {

namespace {

/// Writes the messages of one turn: one per tool result, and one for the rest.
class Messages {
 public:
  Messages(const std::string& model, ProviderKind kind, json::array& messages)
      : model_(model), kind_(kind), messages_(messages) {}

  void operator()(const TextBlock& block) { text_ += block.text; }
  void operator()(const ToolCall& call) {
    const json::object* own = echo_for(call.echo, kind_, model_);
    const json::value* written = own == nullptr ? nullptr : own->if_contains("arguments");
    json::object function{{"name", call.name}, {"arguments", json::serialize(call.input)}};
    if (written != nullptr) function["arguments"] = *written;
    calls_.push_back(
        json::object{{"id", call.id}, {"type", "function"}, {"function", std::move(function)}});
  }
  void operator()(const ToolResult& result) {
    messages_.push_back(json::object{
        {"role", "tool"}, {"tool_call_id", result.call_id}, {"content", result.output}});
  }
  void operator()(const Reasoning& block) {
    const json::object* item = echo_for(block.echo, kind_, model_);
    if (item != nullptr) reasoning_ = *item;
  }
  void operator()(const OpaqueBlock&) {}
  void operator()(const ImageBlock& image) {
    images_.push_back(
        json::object{{"type", "image_url"}, {"image_url", json::object{{"url", data_url(image)}}}});
  }

  void end(Role role) {
    if (text_.empty() && calls_.empty() && images_.empty()) return;
    json::object message{{"role", role == Role::kUser ? "user" : "assistant"},
                         {"content", content()}};
    const bool moonshot = kind_ == ProviderKind::kMoonshot;
    // Moonshot refuses calls whose thoughts are missing; empty ones will do. Other servers refuse
    // thoughts that lead to no call.
    if (moonshot && !calls_.empty()) message["reasoning_content"] = "";
    if (moonshot || !calls_.empty()) {
      for (const auto& [key, value] : reasoning_) message[key] = value;
    }
    if (!calls_.empty()) message["tool_calls"] = std::move(calls_);
    messages_.push_back(std::move(message));
  }

 private:
  /// Plain text where there is no picture: not every server knows parts.
  json::value content() {
    if (images_.empty()) return json::string(text_);
    json::array parts = std::move(images_);
    if (!text_.empty()) parts.push_back(json::object{{"type", "text"}, {"text", text_}});
    return parts;
  }

  const std::string& model_;
  const ProviderKind kind_;
  json::array& messages_;
  std::string text_;
  json::array images_;
  json::array calls_;
  json::object reasoning_;
};

json::array messages(const ModelRequest& request, ProviderKind kind) {
  json::array all;
  if (!request.system.empty()) {
    all.push_back(json::object{{"role", "system"}, {"content", request.system}});
  }
  for (const Turn& turn : alternating(request.turns)) {
    Messages writer(request.model, kind, all);
    for (const Block& block : turn.blocks) std::visit(writer, block);
    writer.end(turn.role);
  }
  return all;
}

json::array tools(const ModelRequest& request, ProviderKind kind) {
  json::array all;
  for (const ToolSpec& tool : request.tools) {
    json::object function{
        {"name", tool.name}, {"description", tool.description}, {"parameters", tool.input_schema}};
    // Moonshot's default is strict, which takes a part of JSON Schema only.
    if (kind == ProviderKind::kMoonshot) function["strict"] = false;
    all.push_back(json::object{{"type", "function"}, {"function", std::move(function)}});
  }
  return all;
}

/// K3 knows three efforts and always thinks; K2 can be told not to.
void set_moonshot_effort(std::string_view model, Effort effort, json::object& body) {
  if (model.starts_with("kimi-k2")) {
    body["thinking"] = json::object{{"type", effort == Effort::kNone ? "disabled" : "enabled"}};
    return;
  }
  switch (effort) {
    case Effort::kNone:
    case Effort::kMinimal:
    case Effort::kLow: body["reasoning_effort"] = "low"; break;
    case Effort::kMedium:
    case Effort::kHigh: body["reasoning_effort"] = "high"; break;
    case Effort::kXHigh:
    case Effort::kMax: body["reasoning_effort"] = "max"; break;
  }
}

/// low, medium and high are what every server that knows the field accepts.
std::string_view common_effort(Effort effort) {
  if (effort <= Effort::kLow) return "low";
  return effort == Effort::kMedium ? "medium" : "high";
}

}  // namespace

HttpPost build_request(const ModelRequest& request, ProviderKind kind) {
  const bool moonshot = kind == ProviderKind::kMoonshot;
  json::object body{{"model", request.model},
                    {"stream", true},
                    {"stream_options", json::object{{"include_usage", true}}},
                    {"messages", messages(request, kind)}};
  body[moonshot ? "max_completion_tokens" : "max_tokens"] = request.max_output_tokens;
  if (!request.tools.empty()) body["tools"] = tools(request, kind);
  if (!request.stop_sequences.empty()) {
    body["stop"] = json::array(request.stop_sequences.begin(), request.stop_sequences.end());
  }
  if (moonshot && !request.cache_key.empty()) body["prompt_cache_key"] = request.cache_key;
  if (request.effort && moonshot) set_moonshot_effort(request.model, *request.effort, body);
  if (request.effort && !moonshot) body["reasoning_effort"] = common_effort(*request.effort);
  return {"/chat/completions", {}, json::serialize(body)};
}

}  // namespace coditect::providers::moonshot
