#include "providers/simulator/anthropic.h"

#include <algorithm>

namespace coditect::simulator {

namespace {

constexpr std::string_view kOldVersion = "2023-06-01";
constexpr std::string_view kNewVersion = "2026-10-21";

json::object usage_of(const Usage& usage) {
  // Anthropic counts what the cache took part in beside input_tokens, not within it.
  return {{"input_tokens", usage.input - usage.cache_read - usage.cache_write},
          {"cache_creation_input_tokens", usage.cache_write},
          {"cache_read_input_tokens", usage.cache_read},
          {"cache_creation", json::object{{"ephemeral_5m_input_tokens", usage.cache_write},
                                          {"ephemeral_1h_input_tokens", 0}}},
          {"output_tokens", usage.output},
          {"output_tokens_details", json::object{{"thinking_tokens", usage.reasoning}}},
          {"service_tier", "standard"}};
}

std::string signature_of(const Reply& reply) { return "c2ltdWxhdGVk" + reply.id; }

json::array content_of(const Reply& reply) {
  json::array content;
  if (!reply.thinking.empty()) {
    content.push_back(json::object{
        {"type", "thinking"}, {"thinking", reply.thinking}, {"signature", signature_of(reply)}});
  }
  const std::string text = reply.act.text();
  if (!text.empty()) content.push_back(json::object{{"type", "text"}, {"text", text}});
  for (const ToolCall& call : reply.act.calls) {
    content.push_back(json::object{
        {"type", "tool_use"}, {"id", call.id}, {"name", call.name}, {"input", call.input}});
  }
  return content;
}

std::string_view stop_reason(const Reply& reply) {
  return reply.act.calls.empty() ? "end_turn" : "tool_use";
}

/// Writes the events of one streamed message.
class Events {
 public:
  void add(std::string_view type, json::object data, std::chrono::milliseconds pause = {}) {
    json::object event{{"type", type}};
    for (auto& member : data) event[member.key()] = std::move(member.value());
    frames_.push_back({pause, sse_event(type, event)});
  }
  void begin_block(json::object block, std::chrono::milliseconds pause = {}) {
    add("content_block_start", {{"index", index_}, {"content_block", std::move(block)}}, pause);
  }
  void delta(json::object delta, std::chrono::milliseconds pause = {}) {
    add("content_block_delta", {{"index", index_}, {"delta", std::move(delta)}}, pause);
  }
  void end_block() { add("content_block_stop", {{"index", index_++}}); }
  std::vector<Frame> take() { return std::move(frames_); }

 private:
  std::vector<Frame> frames_;
  int index_ = 0;
};

void add_thinking(const Reply& reply, Events& events) {
  events.begin_block({{"type", "thinking"}, {"thinking", ""}, {"signature", ""}});
  for (std::string& piece : pieces_of(reply.thinking, 16)) {
    events.delta({{"type", "thinking_delta"}, {"thinking", std::move(piece)}});
  }
  events.delta({{"type", "signature_delta"}, {"signature", signature_of(reply)}});
  events.end_block();
}

void add_call(const ToolCall& call, std::chrono::milliseconds pause, Events& events) {
  events.begin_block(
      {{"type", "tool_use"}, {"id", call.id}, {"name", call.name}, {"input", json::object{}}},
      pause);
  events.delta({{"type", "input_json_delta"}, {"partial_json", ""}});
  for (std::string& piece : argument_pieces(call)) {
    events.delta({{"type", "input_json_delta"}, {"partial_json", std::move(piece)}});
  }
  events.end_block();
}

enum class Version { k2023, k2026 };

Result<Version> read_version(const net::RequestHead& head, const json::object& body) {
  const auto version = head.find_header("anthropic-version");
  if (!version) return invalid("anthropic-version: header is required");
  if (*version != kOldVersion && *version != kNewVersion) {
    return invalid("anthropic-version: \"" + std::string(*version) + "\" is not a valid version");
  }
  if (*version == kOldVersion) return Version::k2023;
  for (const char* removed : {"temperature", "top_p", "top_k"}) {
    if (body.contains(removed)) {
      return invalid(std::string(removed) + ": not supported from version 2026-10-21 on");
    }
  }
  return Version::k2026;
}

/// What the newer version no longer takes.
Result<void> check_block(const json::object& block, Role role, Version version) {
  if (version == Version::k2023) return {};
  const auto type = find_string(block, "type");
  if (type == "document" && role == Role::kAssistant) {
    return invalid("messages: document blocks do not belong into assistant messages");
  }
  const json::array* citations = find_array(block, "citations");
  if (type == "text" && role == Role::kUser && citations != nullptr && !citations->empty()) {
    return invalid("messages: text blocks of the user have no citations");
  }
  return {};
}

Result<void> read_block(const json::object& block, Role role, TurnCollector& turns) {
  TRY(const std::string type, need_string(block, "type"));
  if (type == "text") {
    TRY(const std::string text, need_string(block, "text"));
    turns.say(role, text);
  } else if (type == "tool_use" && role == Role::kAssistant) {
    ToolCall call;
    TRY(call.id, need_string(block, "id"));
    TRY(call.name, need_string(block, "name"));
    const json::object* input = find_object(block, "input");
    if (input == nullptr) return invalid("tool_use.input must be an object");
    call.input = *input;
    turns.call(std::move(call));
  } else if (type == "tool_result" && role == Role::kUser) {
    ToolOutcome outcome;
    TRY(outcome.call_id, need_string(block, "tool_use_id"));
    TRY(outcome.text, text_of(member(block, "content")));
    outcome.is_error = find_bool(block, "is_error").value_or(false);
    turns.outcome(std::move(outcome));
  } else if (type == "image" && role == Role::kUser) {
    const json::object* source = find_object(block, "source");
    if (source == nullptr) return invalid("image.source: field required");
    if (find_string(*source, "type") != "base64") return {};
    TRY(const std::string media_type, need_string(*source, "media_type"));
    TRY(const std::string data, need_string(*source, "data"));
    TRY(auto picture, read_picture(media_type, data));
    turns.show(std::move(picture));
  } else if (type == "tool_use" || type == "tool_result" || type == "image") {
    return invalid(type + " blocks do not belong to this role");
  }
  return {};  // thinking, documents: nothing to play by
}

Result<std::vector<Turn>> read_messages(const json::object& body, Version version) {
  const json::array* messages = find_array(body, "messages");
  if (messages == nullptr) return invalid("messages: field required");
  TurnCollector turns;
  for (const json::value& message : *messages) {
    if (!message.is_object()) return invalid("messages: each must be an object");
    TRY(const std::string role, need_string(message.get_object(), "role"));
    if (role == "system") continue;
    if (role != "user" && role != "assistant")
      return invalid("messages: unknown role '" + role + "'");
    const Role side = role == "user" ? Role::kUser : Role::kAssistant;
    const json::value* content = member(message.get_object(), "content");
    if (content != nullptr && content->is_string()) {
      turns.say(side, std::string_view(content->get_string()));
      continue;
    }
    if (content == nullptr || !content->is_array()) {
      return invalid("messages: content must be a string or a list of blocks");
    }
    for (const json::value& block : content->get_array()) {
      if (!block.is_object()) return invalid("messages: each block must be an object");
      TRY_VOID(check_block(block.get_object(), side, version));
      TRY_VOID(read_block(block.get_object(), side, turns));
    }
  }
  return std::move(turns).take();
}

std::string_view type_of(int status) {
  switch (status) {
    case 401: return "authentication_error";
    case 402: return "billing_error";
    case 403: return "permission_error";
    case 404: return "not_found_error";
    case 409: return "conflict_error";
    case 413: return "request_too_large";
    case 429: return "rate_limit_error";
    case 504: return "timeout_error";
    case 529: return "overloaded_error";
    default: return status < 500 ? "invalid_request_error" : "api_error";
  }
}

std::string request_id(const std::string& id) { return "req_01" + id; }

json::object error_of(const Refusal& refusal) {
  const std::string_view type = refusal.type.empty() ? type_of(refusal.status) : refusal.type;
  json::object error{{"type", type}, {"message", refusal.message}};
  if (!refusal.detail.empty()) error["details"] = json::object{{"error_code", refusal.detail}};
  return {{"type", "error"}, {"error", std::move(error)}, {"request_id", request_id(refusal.id)}};
}

}  // namespace

bool Anthropic::has_key(const net::RequestHead& head) const {
  return !head.find_header("x-api-key").value_or("").empty() || !bearer_key(head).empty();
}

Result<Prompt> Anthropic::read(const net::RequestHead& head, const json::object& body,
                               const std::string& /*path_model*/) const {
  TRY(const Version version, read_version(head, body));
  Prompt prompt;
  prompt.vendor = Vendor::kAnthropic;
  TRY(prompt.model, need_string(body, "model"));
  TRY(const std::int64_t max_tokens, need_int(body, "max_tokens"));
  if (max_tokens < 0) return invalid("max_tokens: must not be negative");
  TRY(prompt.turns, read_messages(body, version));
  TRY(const std::string system, text_of(member(body, "system")));
  prompt.other_bytes = system.size();
  if (const json::array* tools = find_array(body, "tools")) {
    for (const json::value& tool : *tools) {
      if (!tool.is_object()) return invalid("tools: each must be an object");
      TRY(std::string name, need_string(tool.get_object(), "name"));
      prompt.tools.push_back(std::move(name));
    }
    prompt.other_bytes += json::serialize(*tools).size();
  }
  const bool streams = find_bool(body, "stream").value_or(false);
  prompt.delivery = streams ? Delivery::kStream : Delivery::kWhole;
  if (const json::object* thinking = find_object(body, "thinking")) {
    prompt.wants_thinking = find_string(*thinking, "type").value_or("disabled") != "disabled";
  }
  return prompt;
}

json::object Anthropic::whole(const Reply& reply) const {
  return {{"id", "msg_01" + reply.id},    {"type", "message"},
          {"role", "assistant"},          {"model", reply.model},
          {"content", content_of(reply)}, {"stop_reason", stop_reason(reply)},
          {"stop_sequence", nullptr},     {"usage", usage_of(reply.usage)}};
}

std::vector<Frame> Anthropic::stream(const Reply& reply) const {
  Events events;
  json::object message = whole(reply);
  message["content"] = json::array{};
  message["stop_reason"] = nullptr;
  message["usage"].as_object()["output_tokens"] = std::min<std::int64_t>(1, reply.usage.output);
  message["usage"].as_object().erase("output_tokens_details");
  events.add("message_start", {{"message", std::move(message)}});
  events.add("ping", {});
  if (!reply.thinking.empty()) add_thinking(reply, events);
  if (!reply.act.lines.empty()) {
    events.begin_block({{"type", "text"}, {"text", ""}});
    for (Delta& delta : deltas_of(reply.act)) {
      events.delta({{"type", "text_delta"}, {"text", std::move(delta.text)}}, delta.pause_before);
    }
    events.end_block();
  }
  std::chrono::milliseconds pause = reply.act.pause_before_calls;
  for (const ToolCall& call : reply.act.calls) add_call(call, std::exchange(pause, {}), events);
  events.add(
      "message_delta",
      {{"delta", json::object{{"stop_reason", stop_reason(reply)}, {"stop_sequence", nullptr}}},
       {"usage", usage_of(reply.usage)}});
  events.add("message_stop", {});
  return events.take();
}

std::vector<Frame> Anthropic::stream_error(const Reply& /*reply*/, const Refusal& refusal,
                                           std::size_t /*sent*/) const {
  return {{{}, sse_event("error", error_of(refusal))}};
}

net::Response Anthropic::refuse(const Refusal& refusal) const {
  net::Response response = net::json_response(refusal.status, error_of(refusal));
  response.headers.emplace_back("request-id", request_id(refusal.id));
  add_retry_headers(refusal, response.headers);
  return response;
}

net::Headers Anthropic::headers(const std::string& id) const {
  return {{"request-id", request_id(id)}};
}

net::Headers Anthropic::rate_headers(const Allowances& left, Time now) const {
  net::Headers headers;
  const auto add = [&](std::string_view what, const Allowance& allowance) {
    const std::string prefix = "anthropic-ratelimit-" + std::string(what);
    headers.emplace_back(prefix + "-limit", std::to_string(allowance.limit));
    headers.emplace_back(prefix + "-remaining", std::to_string(allowance.remaining));
    headers.emplace_back(prefix + "-reset", to_rfc3339(now + allowance.reset_after));
  };
  add("requests", left.requests);
  add("tokens", left.tokens);
  add("input-tokens", left.tokens);
  add("output-tokens", left.tokens);
  return headers;
}

json::object Anthropic::token_count(std::int64_t tokens) const {
  return {{"input_tokens", tokens}};
}

json::array Anthropic::models() const {
  json::array models;
  for (const std::string_view line : {"opus", "sonnet", "haiku"}) {
    models.push_back(json::object{{"type", "model"},
                                  {"id", "claude-" + std::string(line) + "-5-5"},
                                  {"display_name", "simulated"},
                                  {"created_at", "2026-01-01T00:00:00Z"},
                                  {"deprecated_at", nullptr},
                                  {"retires_at", nullptr},
                                  {"lifecycle", "active"},
                                  {"line", line},
                                  {"capabilities", nullptr},
                                  {"max_input_tokens", 1'000'000},
                                  {"max_tokens", 128'000}});
  }
  return models;
}

json::object Anthropic::model_list() const {
  json::array data = models();
  const json::value first = data.front().at("id");
  const json::value last = data.back().at("id");
  return {{"data", std::move(data)}, {"has_more", false}, {"first_id", first}, {"last_id", last}};
}

}  // namespace coditect::simulator
