#include "providers/simulator/gemini.h"

#include <fmt/format.h>

#include "base/sha256.h"

namespace coditect::simulator {

namespace {

// What Google documents for histories that another model made.
constexpr std::string_view kForeignSignatures[] = {"skip_thought_signature_validator",
                                                   "context_engineering_is_the_way_to_go"};
constexpr std::size_t kSignatureDigits = 32;

/// Generation 2 neither gives nor wants signatures.
bool signs_calls(std::string_view model) { return !model.starts_with("gemini-2"); }

/// From generation 4 on an answer may take several requests.
bool takes_hops(std::string_view model) { return model.starts_with("gemini-4"); }

/// Depends on the name alone, so that a client may order the arguments as it likes.
std::string signature_of(std::string_view tool) {
  return "c2lt" + sha256_hex("simulated " + std::string(tool)).substr(0, kSignatureDigits);
}

json::object usage_of(const Usage& usage) {
  // Unlike the others Google counts thoughts beside the candidates' tokens.
  return {{"promptTokenCount", usage.input},
          {"cachedContentTokenCount", usage.cache_read},
          {"candidatesTokenCount", usage.output - usage.reasoning},
          {"thoughtsTokenCount", usage.reasoning},
          {"totalTokenCount", usage.input + usage.output}};
}

json::array call_parts(const Reply& reply) {
  json::array parts;
  for (const ToolCall& call : reply.act.calls) {
    json::object part{
        {"functionCall", json::object{{"id", call.id}, {"name", call.name}, {"args", call.input}}}};
    // Of parallel calls only the first is signed.
    if (parts.empty() && signs_calls(reply.model))
      part["thoughtSignature"] = signature_of(call.name);
    parts.push_back(std::move(part));
  }
  return parts;
}

json::object thought_part(std::string_view text) { return {{"text", text}, {"thought", true}}; }

json::object chunk_of(const Reply& reply, json::array parts) {
  json::object candidate{{"content", json::object{{"parts", std::move(parts)}, {"role", "model"}}},
                         {"index", 0}};
  return {{"candidates", json::array{std::move(candidate)}},
          {"usageMetadata", usage_of(reply.usage)},
          {"modelVersion", reply.model},
          {"responseId", reply.id}};
}

/// A chunk that says how the request ended, and with which token the next one goes on.
json::object last_chunk_of(const Reply& reply, json::array parts, std::string_view finish_reason) {
  json::object chunk = chunk_of(reply, std::move(parts));
  json::object& candidate = chunk["candidates"].as_array().front().as_object();
  if (!finish_reason.empty()) candidate["finishReason"] = finish_reason;
  if (reply.hop_end) candidate["continuationToken"] = reply.continuation;
  return chunk;
}

/// How a whole answer ends, and a stream that is not cut.
std::string_view finish_reason(const Reply& reply) {
  return reply.hop_end ? "CONTINUATION" : "STOP";
}

/// Wants the signature back that the first of a content's calls came with.
Result<void> check_signature(const json::object& part, std::string_view tool) {
  const json::value* given = member(part, "thoughtSignature");
  if (given == nullptr) given = member(part, "thought_signature");
  if (given == nullptr || !given->is_string() || given->get_string().empty()) {
    return invalid(
        "Function call is missing a thought_signature in functionCall parts. This is required for "
        "tools to work correctly: function call `" +
        std::string(tool) + "`.");
  }
  const std::string_view signature = given->get_string();
  for (const std::string_view foreign : kForeignSignatures) {
    if (signature == foreign) return {};
  }
  if (signature != signature_of(tool)) return invalid("Corrupted thought signature.");
  return {};
}

Result<ToolCall> read_call(const json::object& part, std::size_t number) {
  const json::object* given = find_object(part, "functionCall");
  if (given == nullptr) return invalid("functionCall must be an object");
  ToolCall call;
  TRY(call.name, need_string(*given, "name"));
  call.id = find_string(*given, "id").value_or(fmt::format("{}#{}", call.name, number));
  if (const json::object* args = find_object(*given, "args")) call.input = *args;
  return call;
}

Result<ToolOutcome> read_outcome(const json::object& part) {
  const json::object* given = find_object(part, "functionResponse");
  if (given == nullptr) return invalid("functionResponse must be an object");
  TRY_VOID(need_string(*given, "name"));
  const json::object* response = find_object(*given, "response");
  if (response == nullptr) return invalid("functionResponse.response must be an object");
  ToolOutcome outcome;
  outcome.call_id = find_string(*given, "id").value_or("");
  outcome.is_error = response->contains("error");
  const auto text = find_string(*response, outcome.is_error ? "error" : "output");
  outcome.text = text ? *text : json::serialize(*response);
  return outcome;
}

/// Reads the parts of all contents, and checks the signatures of the current turn: those after the
/// last content in which the user says something.
class ContentsReader {
 public:
  explicit ContentsReader(std::string_view model) : model_(model) {}

  Result<void> add(const json::object& content) {
    const std::string role = find_string(content, "role").value_or("user");
    if (role != "user" && role != "model" && role != "function") {
      return invalid("Please use a valid role: user, model.");
    }
    const json::array* parts = find_array(content, "parts");
    if (parts == nullptr || parts->empty()) return invalid("contents.parts must not be empty");
    is_first_call_ = true;
    for (const json::value& part : *parts) {
      if (!part.is_object()) return invalid("contents.parts: each must be an object");
      TRY_VOID(add_part(part.get_object(), role == "model" ? Role::kAssistant : Role::kUser));
    }
    return {};
  }

  Result<std::vector<Turn>> take() && {
    TRY_VOID(std::move(signatures_));
    return std::move(turns_).take();
  }

 private:
  Result<void> add_part(const json::object& part, Role role) {
    if (part.contains("functionCall") && role == Role::kAssistant) {
      TRY(ToolCall call, read_call(part, calls_++));
      if (is_first_call_ && signs_calls(model_) && signatures_) {
        signatures_ = check_signature(part, call.name);
      }
      is_first_call_ = false;
      turns_.call(std::move(call));
    } else if (part.contains("functionResponse") && role == Role::kUser) {
      TRY(ToolOutcome outcome, read_outcome(part));
      turns_.outcome(std::move(outcome));
    } else if (const json::object* data = find_object(part, "inlineData")) {
      TRY(const std::string media_type, need_string(*data, "mimeType"));
      TRY(const std::string bytes, need_string(*data, "data"));
      TRY(auto picture, read_picture(media_type, bytes));
      turns_.show(std::move(picture));
    } else if (const auto text = find_string(part, "text")) {
      if (find_bool(part, "thought").value_or(false)) return {};
      // A new prompt begins a new turn, and earlier signatures no longer matter.
      if (role == Role::kUser) signatures_ = {};
      turns_.say(role, *text);
    }
    return {};
  }

  const std::string_view model_;
  TurnCollector turns_;
  Result<void> signatures_;
  std::size_t calls_ = 0;
  bool is_first_call_ = true;
};

Result<void> read_tools(const json::object& body, Prompt& prompt) {
  const json::array* tools = find_array(body, "tools");
  if (tools == nullptr) return {};
  for (const json::value& tool : *tools) {
    if (!tool.is_object()) return invalid("tools: each must be an object");
    const json::array* declared = find_array(tool.get_object(), "functionDeclarations");
    if (declared == nullptr) continue;
    for (const json::value& function : *declared) {
      if (!function.is_object()) return invalid("functionDeclarations: each must be an object");
      TRY(std::string name, need_string(function.get_object(), "name"));
      prompt.tools.push_back(std::move(name));
    }
  }
  prompt.other_bytes += json::serialize(*tools).size();
  return {};
}

std::string_view status_of(int status) {
  switch (status) {
    case 401: return "UNAUTHENTICATED";
    case 403: return "PERMISSION_DENIED";
    case 404: return "NOT_FOUND";
    case 409: return "ABORTED";
    case 429: return "RESOURCE_EXHAUSTED";
    case 503:
    case 529: return "UNAVAILABLE";
    case 504: return "DEADLINE_EXCEEDED";
    default: return status < 500 ? "INVALID_ARGUMENT" : "INTERNAL";
  }
}

json::object error_of(const Refusal& refusal) {
  const std::string_view status = refusal.type.empty() ? status_of(refusal.status) : refusal.type;
  json::object error{{"code", refusal.status}, {"message", refusal.message}, {"status", status}};
  if (refusal.retry_after) {
    // Google says how long to wait in the body, not in a header.
    const double wait_s = std::chrono::duration<double>(*refusal.retry_after).count();
    error["details"] =
        json::array{json::object{{"@type", "type.googleapis.com/google.rpc.RetryInfo"},
                                 {"retryDelay", fmt::format("{:g}s", wait_s)}}};
  }
  return {{"error", std::move(error)}};
}

}  // namespace

bool Gemini::has_key(const net::RequestHead& head) const {
  return !head.find_header("x-goog-api-key").value_or("").empty() || !bearer_key(head).empty();
}

Result<Prompt> Gemini::read(const net::RequestHead& /*head*/, const json::object& body,
                            const std::string& path_model) const {
  Prompt prompt;
  prompt.vendor = Vendor::kGemini;
  prompt.model = path_model;
  const json::array* contents = find_array(body, "contents");
  if (contents == nullptr) return invalid("contents is not specified");
  ContentsReader reader(path_model);
  for (const json::value& content : *contents) {
    if (!content.is_object()) return invalid("contents: each must be an object");
    TRY_VOID(reader.add(content.get_object()));
  }
  TRY(prompt.turns, std::move(reader).take());
  if (const json::object* system = find_object(body, "systemInstruction")) {
    TRY(const std::string text, text_of(member(*system, "parts")));
    prompt.other_bytes = text.size();
  }
  TRY_VOID(read_tools(body, prompt));
  prompt.takes_hops = takes_hops(path_model);
  prompt.continuation = find_string(body, "continuationToken").value_or("");
  if (!prompt.continuation.empty() && !prompt.takes_hops) {
    return invalid("continuationToken is not supported by this model.");
  }
  if (const json::object* config = find_object(body, "generationConfig")) {
    const json::object* thinking = find_object(*config, "thinkingConfig");
    prompt.wants_thinking =
        thinking != nullptr && find_bool(*thinking, "includeThoughts").value_or(false);
  }
  return prompt;
}

json::object Gemini::whole(const Reply& reply) const {
  json::array parts;
  if (!reply.thinking.empty()) parts.push_back(thought_part(reply.thinking));
  const std::string text = reply.act.text();
  if (!text.empty()) parts.push_back(json::object{{"text", text}});
  for (json::value& part : call_parts(reply)) parts.push_back(std::move(part));
  return last_chunk_of(reply, std::move(parts), finish_reason(reply));
}

std::vector<Frame> Gemini::stream(const Reply& reply) const {
  std::vector<Frame> frames;
  const auto add = [&](const json::object& chunk, std::chrono::milliseconds pause) {
    frames.push_back({pause, "data: " + json::serialize(chunk) + "\r\n\r\n"});
  };
  if (!reply.thinking.empty()) add(chunk_of(reply, {thought_part(reply.thinking)}), {});
  if (!reply.act.text().empty()) {
    for (const Delta& delta : deltas_of(reply.act)) {
      add(chunk_of(reply, {json::object{{"text", delta.text}}}), delta.pause_before);
    }
  }
  if (!reply.act.calls.empty())
    add(chunk_of(reply, call_parts(reply)), reply.act.pause_before_calls);
  // A stream that is about to break has no finish reason, only a checkpoint.
  const bool breaks = reply.hop_end == Hop::End::kDrop;
  json::array nothing{json::object{{"text", ""}}};
  add(last_chunk_of(reply, std::move(nothing), breaks ? "" : finish_reason(reply)), {});
  return frames;
}

std::vector<Frame> Gemini::stream_error(const Reply& /*reply*/, const Refusal& refusal,
                                        std::size_t /*sent*/) const {
  return {{{}, "data: " + json::serialize(error_of(refusal)) + "\r\n\r\n"}};
}

net::Response Gemini::refuse(const Refusal& refusal) const {
  return net::json_response(refusal.status, error_of(refusal));
}

net::Headers Gemini::headers(const std::string& /*id*/) const {
  return {{"server-timing", "gfet4t7; dur=1"}};
}

net::Headers Gemini::rate_headers(const Allowances& /*left*/, Time /*now*/) const { return {}; }

json::object Gemini::token_count(std::int64_t tokens) const { return {{"totalTokens", tokens}}; }

json::array Gemini::models() const {
  json::array models;
  for (const char* id : {"models/gemini-4-carbon", "models/gemini-4-hydrogen"}) {
    models.push_back(
        json::object{{"name", id},
                     {"version", "4"},
                     {"displayName", "simulated"},
                     {"inputTokenLimit", 1'048'576},
                     {"outputTokenLimit", 65'536},
                     {"supportedGenerationMethods", {"generateContent", "countTokens"}}});
  }
  return models;
}

json::object Gemini::model_list() const { return {{"models", models()}}; }

}  // namespace coditect::simulator
