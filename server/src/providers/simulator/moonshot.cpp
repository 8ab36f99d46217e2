#include "providers/simulator/moonshot.h"

namespace coditect::simulator {

namespace {

json::object usage_of(const Usage& usage) {
  return {{"prompt_tokens", usage.input},
          {"completion_tokens", usage.output},
          {"total_tokens", usage.input + usage.output},
          {"cached_tokens", usage.cache_read},
          {"prompt_tokens_details", json::object{{"cached_tokens", usage.cache_read}}},
          {"completion_tokens_details", json::object{{"reasoning_tokens", usage.reasoning}}}};
}

std::string_view finish_reason(const Reply& reply) {
  return reply.act.calls.empty() ? "stop" : "tool_calls";
}

json::object call_of(const ToolCall& call, std::string arguments) {
  return {{"id", call.id},
          {"type", "function"},
          {"function", json::object{{"name", call.name}, {"arguments", std::move(arguments)}}}};
}

/// Writes the chunks of one streamed completion.
class Chunks {
 public:
  explicit Chunks(const Reply& reply)
      : head_{{"id", "chatcmpl-" + reply.id},
              {"object", "chat.completion.chunk"},
              {"created", unix_seconds(reply.created)},
              {"model", reply.model},
              {"system_fingerprint", "fpv0_simulated"}} {}

  void delta(json::object delta, std::chrono::milliseconds pause = {}) {
    choice({{"index", 0}, {"delta", std::move(delta)}, {"finish_reason", nullptr}}, nullptr, pause);
  }
  void choice(json::object choice, json::value usage, std::chrono::milliseconds pause = {}) {
    json::object chunk = head_;
    chunk["choices"] = json::array{std::move(choice)};
    if (!usage.is_null()) chunk["usage"] = std::move(usage);
    add(chunk, pause);
  }
  void usage_only(json::object usage) {
    json::object chunk = head_;
    chunk["choices"] = json::array{};
    chunk["usage"] = std::move(usage);
    add(chunk, {});
  }
  std::vector<Frame> take() {
    frames_.push_back({{}, "data: [DONE]\n\n"});
    return std::move(frames_);
  }

 private:
  void add(const json::object& chunk, std::chrono::milliseconds pause) {
    // Moonshot leaves out the space after the colon in some chunks; a reader must not mind.
    const std::string_view prefix = frames_.size() % 2 == 1 ? "data:" : "data: ";
    frames_.push_back({pause, std::string(prefix) + json::serialize(chunk) + "\n\n"});
  }

  const json::object head_;
  std::vector<Frame> frames_;
};

void add_call(const ToolCall& call, std::size_t index, std::chrono::milliseconds pause,
              Chunks& chunks) {
  json::object opening = call_of(call, "");
  opening["index"] = index;
  chunks.delta({{"tool_calls", json::array{std::move(opening)}}}, pause);
  for (std::string& piece : argument_pieces(call)) {
    json::object more{{"index", index},
                      {"function", json::object{{"arguments", std::move(piece)}}}};
    chunks.delta({{"tool_calls", json::array{std::move(more)}}});
  }
}

Result<void> read_calls(const json::object& message, const Prompt& prompt, TurnCollector& turns) {
  const json::array* calls = find_array(message, "tool_calls");
  if (calls == nullptr || calls->empty()) return {};
  if (prompt.wants_thinking && !message.contains("reasoning_content")) {
    return invalid(
        "thinking is enabled but reasoning_content is missing in assistant tool call message");
  }
  for (const json::value& entry : *calls) {
    if (!entry.is_object()) return invalid("each of tool_calls must be an object");
    const json::object* function = find_object(entry.get_object(), "function");
    if (function == nullptr) return invalid("tool_calls.function must be an object");
    ToolCall call;
    TRY(call.id, need_string(entry.get_object(), "id"));
    TRY(call.name, need_string(*function, "name"));
    TRY(const std::string arguments, need_string(*function, "arguments"));
    Result<json::object> input = parse_json_object(arguments);
    if (!input) return std::move(input).error().in("tool_calls.function.arguments");
    call.input = *std::move(input);
    turns.call(std::move(call));
  }
  return {};
}

/// The pictures among the parts of a message.
Result<void> read_pictures(const json::object& message, TurnCollector& turns) {
  const json::array* parts = find_array(message, "content");
  if (parts == nullptr) return {};
  for (const json::value& part : *parts) {
    const json::object* image = find_object(part.get_object(), "image_url");
    if (image == nullptr) continue;
    TRY(const std::string url, need_string(*image, "url"));
    TRY(auto picture, read_picture_url(url));
    turns.show(std::move(picture));
  }
  return {};
}

Result<void> read_message(const json::object& message, const Prompt& prompt, TurnCollector& turns) {
  TRY(const std::string role, need_string(message, "role"));
  TRY(std::string text, text_of(member(message, "content")));
  if (role == "user") {
    turns.say(Role::kUser, text);
    return read_pictures(message, turns);
  }
  if (role == "assistant") {
    turns.say(Role::kAssistant, text);
    return read_calls(message, prompt, turns);
  } else if (role == "tool") {
    ToolOutcome outcome;
    TRY(outcome.call_id, need_string(message, "tool_call_id"));
    outcome.text = std::move(text);
    turns.outcome(std::move(outcome));
  } else if (role != "system" && role != "developer") {
    return invalid("messages: unknown role '" + role + "'");
  }
  return {};
}

Result<void> read_tools(const json::object& body, Prompt& prompt) {
  const json::array* tools = find_array(body, "tools");
  if (tools == nullptr) return {};
  for (const json::value& tool : *tools) {
    const json::object* function =
        tool.is_object() ? find_object(tool.get_object(), "function") : nullptr;
    if (function == nullptr) return invalid("tools: each must hold a function");
    TRY(std::string name, need_string(*function, "name"));
    prompt.tools.push_back(std::move(name));
  }
  prompt.other_bytes += json::serialize(*tools).size();
  return {};
}

std::string_view type_of(int status) {
  switch (status) {
    case 401: return "invalid_authentication_error";
    case 403: return "permission_denied_error";
    case 404: return "resource_not_found_error";
    case 429: return "rate_limit_reached_error";
    case 503:
    case 529: return "engine_overloaded_error";
    default: return status < 500 ? "invalid_request_error" : "server_error";
  }
}

json::object error_of(const Refusal& refusal) {
  const std::string_view type = refusal.type.empty() ? type_of(refusal.status) : refusal.type;
  return {{"error", json::object{{"message", refusal.message}, {"type", type}}}};
}

}  // namespace

bool Moonshot::has_key(const net::RequestHead& head) const { return !bearer_key(head).empty(); }

Result<Prompt> Moonshot::read(const net::RequestHead& /*head*/, const json::object& body,
                              const std::string& /*path_model*/) const {
  Prompt prompt;
  prompt.vendor = Vendor::kMoonshot;
  TRY(prompt.model, need_string(body, "model"));
  // The K3 family always thinks; older models when asked to.
  prompt.wants_thinking = prompt.model.starts_with("kimi-k3");
  if (const json::object* thinking = find_object(body, "thinking")) {
    prompt.wants_thinking |= find_string(*thinking, "type") == "enabled";
  }
  const json::array* messages = find_array(body, "messages");
  if (messages == nullptr) return invalid("messages must be a list");
  TurnCollector turns;
  for (const json::value& message : *messages) {
    if (!message.is_object()) return invalid("each of messages must be an object");
    TRY_VOID(read_message(message.get_object(), prompt, turns));
    if (find_string(message.get_object(), "role") == "system") {
      TRY(const std::string system, text_of(member(message.get_object(), "content")));
      prompt.other_bytes += system.size();
    }
  }
  TRY(prompt.turns, std::move(turns).take());
  TRY_VOID(read_tools(body, prompt));
  const bool streams = find_bool(body, "stream").value_or(false);
  prompt.delivery = streams ? Delivery::kStream : Delivery::kWhole;
  if (const json::object* options = find_object(body, "stream_options")) {
    prompt.wants_usage_chunk = find_bool(*options, "include_usage").value_or(false);
  }
  return prompt;
}

json::object Moonshot::whole(const Reply& reply) const {
  json::object message{{"role", "assistant"}, {"content", reply.act.text()}};
  if (!reply.thinking.empty()) message["reasoning_content"] = reply.thinking;
  json::array calls;
  for (const ToolCall& call : reply.act.calls) {
    calls.push_back(call_of(call, json::serialize(call.input)));
  }
  if (!calls.empty()) message["tool_calls"] = std::move(calls);
  json::object choice{
      {"index", 0}, {"message", std::move(message)}, {"finish_reason", finish_reason(reply)}};
  return {{"id", "chatcmpl-" + reply.id},
          {"object", "chat.completion"},
          {"created", unix_seconds(reply.created)},
          {"model", reply.model},
          {"choices", json::array{std::move(choice)}},
          {"usage", usage_of(reply.usage)}};
}

std::vector<Frame> Moonshot::stream(const Reply& reply) const {
  Chunks chunks(reply);
  chunks.delta({{"role", "assistant"}, {"content", ""}});
  for (std::string& piece : pieces_of(reply.thinking, 16)) {
    chunks.delta({{"reasoning_content", std::move(piece)}});
  }
  if (!reply.act.lines.empty()) {
    for (Delta& delta : deltas_of(reply.act)) {
      chunks.delta({{"content", std::move(delta.text)}}, delta.pause_before);
    }
  }
  std::chrono::milliseconds pause = reply.act.pause_before_calls;
  for (std::size_t i = 0; i < reply.act.calls.size(); ++i) {
    add_call(reply.act.calls[i], i, std::exchange(pause, {}), chunks);
  }
  json::object last{{"index", 0},
                    {"delta", json::object{}},
                    {"finish_reason", finish_reason(reply)},
                    {"usage", usage_of(reply.usage)}};
  chunks.choice(std::move(last), usage_of(reply.usage));
  if (reply.wants_usage_chunk) chunks.usage_only(usage_of(reply.usage));
  return chunks.take();
}

std::vector<Frame> Moonshot::stream_error(const Reply& /*reply*/, const Refusal& refusal,
                                          std::size_t /*sent*/) const {
  return {{{}, "data: " + json::serialize(error_of(refusal)) + "\n\n"}};
}

net::Response Moonshot::refuse(const Refusal& refusal) const {
  net::Response response = net::json_response(refusal.status, error_of(refusal));
  response.headers.emplace_back("msh-request-id", refusal.id);
  add_retry_headers(refusal, response.headers);
  return response;
}

net::Headers Moonshot::headers(const std::string& id) const { return {{"msh-request-id", id}}; }

net::Headers Moonshot::rate_headers(const Allowances& left, Time /*now*/) const {
  const auto reset_s = std::chrono::ceil<std::chrono::seconds>(left.requests.reset_after);
  return {{"x-ratelimit-limit", std::to_string(left.requests.limit)},
          {"x-ratelimit-remaining", std::to_string(left.requests.remaining)},
          {"x-ratelimit-reset", std::to_string(reset_s.count())}};
}

json::object Moonshot::token_count(std::int64_t tokens) const {
  return {{"data", json::object{{"total_tokens", tokens}}}};
}

json::array Moonshot::models() const { return dialect_of(Vendor::kOpenai).models(); }

json::object Moonshot::model_list() const { return dialect_of(Vendor::kOpenai).model_list(); }

}  // namespace coditect::simulator
