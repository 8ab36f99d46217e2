#include "providers/simulator/openai.h"

#include <fmt/format.h>

#include <algorithm>

namespace coditect::simulator {

namespace {

json::object usage_of(const Usage& usage) {
  return {{"input_tokens", usage.input},
          {"input_tokens_details", json::object{{"cached_tokens", usage.cache_read},
                                                {"cache_write_tokens", usage.cache_write}}},
          {"output_tokens", usage.output},
          {"output_tokens_details", json::object{{"reasoning_tokens", usage.reasoning}}},
          {"total_tokens", usage.input + usage.output}};
}

enum class ItemState { kInProgress, kCompleted };

std::string_view to_string(ItemState state) {
  return state == ItemState::kInProgress ? "in_progress" : "completed";
}

json::object summary_part(std::string_view text) {
  return {{"type", "summary_text"}, {"text", text}};
}

json::object reasoning_item(const Reply& reply, ItemState state) {
  json::object item{{"id", "rs_" + reply.id}, {"type", "reasoning"}, {"summary", json::array{}}};
  if (state == ItemState::kCompleted) {
    item["summary"] = json::array{summary_part(reply.thinking)};
    item["encrypted_content"] = "simulated-" + reply.id;
  }
  return item;
}

json::object text_part(std::string_view text) {
  return {{"type", "output_text"},
          {"text", text},
          {"annotations", json::array{}},
          {"logprobs", json::array{}}};
}

json::object message_item(const Reply& reply, ItemState state) {
  json::object item{{"id", "msg_" + reply.id},
                    {"type", "message"},
                    {"status", to_string(state)},
                    {"role", "assistant"},
                    {"phase", reply.act.calls.empty() ? "final_answer" : "commentary"},
                    {"content", json::array{}}};
  if (state == ItemState::kCompleted) item["content"] = json::array{text_part(reply.act.text())};
  return item;
}

std::string item_id_of(const ToolCall& call) { return "fc_" + call.id; }

json::object call_item(const ToolCall& call, ItemState state) {
  const bool is_complete = state == ItemState::kCompleted;
  return {
      {"id", item_id_of(call)},     {"type", "function_call"},
      {"status", to_string(state)}, {"call_id", call.id},
      {"name", call.name},          {"arguments", is_complete ? json::serialize(call.input) : ""}};
}

json::array output_of(const Reply& reply) {
  json::array output;
  if (!reply.thinking.empty()) output.push_back(reasoning_item(reply, ItemState::kCompleted));
  if (!reply.act.text().empty()) output.push_back(message_item(reply, ItemState::kCompleted));
  for (const ToolCall& call : reply.act.calls) {
    output.push_back(call_item(call, ItemState::kCompleted));
  }
  return output;
}

json::object response_of(const Reply& reply, ItemState state) {
  const bool is_complete = state == ItemState::kCompleted;
  return {{"id", "resp_" + reply.id},
          {"object", "response"},
          {"created_at", unix_seconds(reply.created)},
          {"status", to_string(state)},
          {"error", nullptr},
          {"incomplete_details", nullptr},
          {"model", reply.model},
          {"output", is_complete ? output_of(reply) : json::array{}},
          {"parallel_tool_calls", true},
          {"previous_response_id", nullptr},
          {"service_tier", "default"},
          {"store", false},
          {"usage", is_complete ? json::value(usage_of(reply.usage)) : json::value(nullptr)}};
}

/// Writes the events of one streamed response and numbers them.
class Events {
 public:
  explicit Events(std::size_t first_number = 0) : first_number_(first_number) {}
  void add(std::string_view type, json::object data, std::chrono::milliseconds pause = {}) {
    json::object event{{"type", type}, {"sequence_number", first_number_ + frames_.size()}};
    for (auto& member : data) event[member.key()] = std::move(member.value());
    frames_.push_back({pause, sse_event(type, event)});
  }
  void begin_item(json::object item, std::chrono::milliseconds pause = {}) {
    item_id_ = item.at("id").as_string();
    add("response.output_item.added", {{"output_index", index_}, {"item", std::move(item)}}, pause);
  }
  /// An event inside the item under way.
  void inside(std::string_view type, json::object data, std::chrono::milliseconds pause = {}) {
    data["item_id"] = item_id_;
    data["output_index"] = index_;
    add(type, std::move(data), pause);
  }
  void end_item(json::object item) {
    add("response.output_item.done", {{"output_index", index_++}, {"item", std::move(item)}});
  }
  std::vector<Frame> take() { return std::move(frames_); }

 private:
  const std::size_t first_number_;
  std::vector<Frame> frames_;
  std::string item_id_;
  int index_ = 0;
};

void add_reasoning(const Reply& reply, Events& events) {
  events.begin_item(reasoning_item(reply, ItemState::kInProgress));
  events.inside("response.reasoning_summary_part.added",
                {{"summary_index", 0}, {"part", summary_part("")}});
  for (std::string& piece : pieces_of(reply.thinking, 16)) {
    events.inside("response.reasoning_summary_text.delta",
                  {{"summary_index", 0}, {"delta", std::move(piece)}});
  }
  events.inside("response.reasoning_summary_text.done",
                {{"summary_index", 0}, {"text", reply.thinking}});
  events.inside("response.reasoning_summary_part.done",
                {{"summary_index", 0}, {"part", summary_part(reply.thinking)}});
  events.end_item(reasoning_item(reply, ItemState::kCompleted));
}

void add_message(const Reply& reply, Events& events) {
  events.begin_item(message_item(reply, ItemState::kInProgress));
  events.inside("response.content_part.added", {{"content_index", 0}, {"part", text_part("")}});
  for (Delta& delta : deltas_of(reply.act)) {
    events.inside(
        "response.output_text.delta",
        {{"content_index", 0}, {"delta", std::move(delta.text)}, {"logprobs", json::array{}}},
        delta.pause_before);
  }
  const std::string text = reply.act.text();
  events.inside("response.output_text.done",
                {{"content_index", 0}, {"text", text}, {"logprobs", json::array{}}});
  events.inside("response.content_part.done", {{"content_index", 0}, {"part", text_part(text)}});
  events.end_item(message_item(reply, ItemState::kCompleted));
}

void add_call(const ToolCall& call, std::chrono::milliseconds pause, Events& events) {
  events.begin_item(call_item(call, ItemState::kInProgress), pause);
  for (std::string& piece : argument_pieces(call)) {
    events.inside("response.function_call_arguments.delta", {{"delta", std::move(piece)}});
  }
  events.inside("response.function_call_arguments.done",
                {{"name", call.name}, {"arguments", json::serialize(call.input)}});
  events.end_item(call_item(call, ItemState::kCompleted));
}

Result<void> read_call(const json::object& item, TurnCollector& turns) {
  ToolCall call;
  TRY(call.id, need_string(item, "call_id"));
  TRY(call.name, need_string(item, "name"));
  if (find_string(item, "type") == "custom_tool_call") {
    TRY(const std::string input, need_string(item, "input"));
    call.input["input"] = input;
  } else {
    TRY(const std::string arguments, need_string(item, "arguments"));
    Result<json::object> input = parse_json_object(arguments);
    if (!input) return std::move(input).error().in("function_call.arguments");
    call.input = *std::move(input);
  }
  turns.call(std::move(call));
  return {};
}

/// The pictures among the parts of a message.
Result<void> read_pictures(const json::object& item, TurnCollector& turns) {
  const json::array* parts = find_array(item, "content");
  if (parts == nullptr) return {};
  for (const json::value& part : *parts) {
    if (find_string(part.get_object(), "type") != "input_image") continue;
    TRY(auto picture, read_picture_url(find_string(part.get_object(), "image_url").value_or("")));
    turns.show(std::move(picture));
  }
  return {};
}

Result<void> read_item(const json::object& item, TurnCollector& turns) {
  const std::string type = find_string(item, "type").value_or("message");
  if (type == "function_call" || type == "custom_tool_call") return read_call(item, turns);
  if (type == "function_call_output" || type == "custom_tool_call_output") {
    ToolOutcome outcome;
    TRY(outcome.call_id, need_string(item, "call_id"));
    TRY(outcome.text, text_of(member(item, "output")));
    turns.outcome(std::move(outcome));
    return {};
  }
  if (type == "item_reference") return invalid("item_reference needs storage; send items whole");
  if (type != "message") return {};  // reasoning and what may be added: nothing to play by
  TRY(const std::string role, need_string(item, "role"));
  TRY(const std::string text, text_of(member(item, "content")));
  if (role == "user") {
    turns.say(Role::kUser, text);
    return read_pictures(item, turns);
  }
  if (role == "assistant") {
    turns.say(Role::kAssistant, text);
  } else if (role != "developer" && role != "system") {
    return invalid("input: unknown role '" + role + "'");
  }
  return {};
}

Result<std::vector<Turn>> read_input(const json::object& body) {
  TurnCollector turns;
  const json::value* input = member(body, "input");
  if (input != nullptr && input->is_string()) {
    turns.say(Role::kUser, std::string_view(input->get_string()));
  } else if (input != nullptr && input->is_array()) {
    for (const json::value& item : input->get_array()) {
      if (!item.is_object()) return invalid("input: each item must be an object");
      TRY_VOID(read_item(item.get_object(), turns));
    }
  } else {
    return invalid("Missing required parameter: 'input'.");
  }
  return std::move(turns).take();
}

Result<void> read_tools(const json::object& body, Prompt& prompt) {
  const json::array* tools = find_array(body, "tools");
  if (tools == nullptr) return {};
  for (const json::value& tool : *tools) {
    if (!tool.is_object()) return invalid("tools: each must be an object");
    if (auto name = find_string(tool.get_object(), "name")) {
      prompt.tools.push_back(*std::move(name));
    } else if (find_string(tool.get_object(), "type") == "function") {
      return invalid("Missing required parameter: 'tools[].name'.");
    }
  }
  prompt.other_bytes += json::serialize(*tools).size();
  return {};
}

struct ErrorWords {
  std::string_view type;
  std::string_view code;  // "" is null
};

ErrorWords words_of(int status) {
  switch (status) {
    case 401: return {"invalid_request_error", "invalid_api_key"};
    case 403: return {"invalid_request_error", "permission_denied"};
    case 404: return {"invalid_request_error", "not_found"};
    case 429: return {"requests", "rate_limit_exceeded"};
    case 503: return {"server_error", "server_is_overloaded"};
    default:
      return status < 500 ? ErrorWords{"invalid_request_error", ""}
                          : ErrorWords{"server_error", "server_error"};
  }
}

json::object error_of(const Refusal& refusal) {
  ErrorWords words = words_of(refusal.status);
  if (!refusal.type.empty()) words = {refusal.type, refusal.type};
  const json::value code = words.code.empty() ? json::value(nullptr) : json::value(words.code);
  return {{"message", refusal.message}, {"type", words.type}, {"param", nullptr}, {"code", code}};
}

/// "18ms", "2.5s", "6m0s", as OpenAI writes them.
std::string duration_text(std::chrono::milliseconds duration) {
  if (duration < std::chrono::seconds(1)) return fmt::format("{}ms", duration.count());
  const double seconds = std::chrono::duration<double>(duration).count();
  if (seconds < 60) return fmt::format("{:g}s", seconds);
  const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(duration);
  return fmt::format("{}m{:g}s", minutes.count(),
                     seconds - 60.0 * static_cast<double>(minutes.count()));
}

}  // namespace

bool Openai::has_key(const net::RequestHead& head) const { return !bearer_key(head).empty(); }

Result<Prompt> Openai::read(const net::RequestHead& /*head*/, const json::object& body,
                            const std::string& /*path_model*/) const {
  Prompt prompt;
  prompt.vendor = Vendor::kOpenai;
  TRY(prompt.model, need_string(body, "model"));
  if (member(body, "previous_response_id") != nullptr) {
    return invalid(
        "Previous response not found: the simulation stores none; send the items whole.");
  }
  TRY(prompt.turns, read_input(body));
  prompt.other_bytes = find_string(body, "instructions").value_or("").size();
  TRY_VOID(read_tools(body, prompt));
  const bool streams = find_bool(body, "stream").value_or(false);
  prompt.delivery = streams ? Delivery::kStream : Delivery::kWhole;
  if (const json::array* include = find_array(body, "include")) {
    prompt.wants_thinking =
        std::ranges::find(*include, json::value("reasoning.encrypted_content")) != include->end();
  }
  return prompt;
}

json::object Openai::whole(const Reply& reply) const {
  return response_of(reply, ItemState::kCompleted);
}

std::vector<Frame> Openai::stream(const Reply& reply) const {
  Events events;
  events.add("response.created", {{"response", response_of(reply, ItemState::kInProgress)}});
  events.add("response.in_progress", {{"response", response_of(reply, ItemState::kInProgress)}});
  if (!reply.thinking.empty()) add_reasoning(reply, events);
  if (!reply.act.text().empty()) add_message(reply, events);
  std::chrono::milliseconds pause = reply.act.pause_before_calls;
  for (const ToolCall& call : reply.act.calls) add_call(call, std::exchange(pause, {}), events);
  events.add("response.completed", {{"response", response_of(reply, ItemState::kCompleted)}});
  return events.take();
}

std::vector<Frame> Openai::stream_error(const Reply& reply, const Refusal& refusal,
                                        std::size_t sent) const {
  // The error event nests the error, as in recorded traffic; the types of the SDK have it flat.
  const json::object error = error_of(refusal);
  json::object failed = response_of(reply, ItemState::kInProgress);
  failed["status"] = "failed";
  failed["error"] = json::object{{"code", error.at("code")}, {"message", refusal.message}};
  Events events(sent);
  events.add("error", {{"error", error}});
  events.add("response.failed", {{"response", std::move(failed)}});
  return events.take();
}

net::Response Openai::refuse(const Refusal& refusal) const {
  const json::object body{{"error", error_of(refusal)}};
  net::Response response = net::json_response(refusal.status, body);
  response.headers.emplace_back("x-request-id", "req_" + refusal.id);
  add_retry_headers(refusal, response.headers);
  return response;
}

net::Headers Openai::headers(const std::string& id) const {
  return {{"x-request-id", "req_" + id},
          {"openai-version", "2020-10-01"},
          {"openai-processing-ms", "1"}};
}

net::Headers Openai::rate_headers(const Allowances& left, Time /*now*/) const {
  net::Headers headers;
  const auto add = [&](const std::string& what, const Allowance& allowance) {
    headers.emplace_back("x-ratelimit-limit-" + what, std::to_string(allowance.limit));
    headers.emplace_back("x-ratelimit-remaining-" + what, std::to_string(allowance.remaining));
    headers.emplace_back("x-ratelimit-reset-" + what, duration_text(allowance.reset_after));
  };
  add("requests", left.requests);
  add("tokens", left.tokens);
  return headers;
}

json::object Openai::token_count(std::int64_t tokens) const {
  return {{"object", "response.input_tokens"}, {"input_tokens", tokens}};
}

json::array Openai::models() const {
  json::array models;
  // The two vendors' lists look alike and share a path and a key header, so they are one.
  for (const char* id : {"gpt-6.1-sol", "gpt-6.1-terra", "gpt-6-luna", "kimi-k3.1-pro", "kimi-k3",
                         "kimi-k2.7-code"}) {
    models.push_back(json::object{
        {"id", id}, {"object", "model"}, {"created", 1'767'225'600}, {"owned_by", "simulated"}});
  }
  return models;
}

json::object Openai::model_list() const { return {{"object", "list"}, {"data", models()}}; }

}  // namespace coditect::simulator
