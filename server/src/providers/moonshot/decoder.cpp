#include "providers/moonshot/decoder.h"

#include <algorithm>

#include "providers/decode.h"
#include "providers/moonshot/errors.h"

namespace coditect::providers::moonshot {

namespace {

struct ReasonStop {
  std::string_view reason;
  StopReason stop;
};

constexpr ReasonStop kStops[] = {
    {"stop", StopReason::kEndTurn},       {"length", StopReason::kMaxTokens},
    {"tool_calls", StopReason::kToolUse}, {"content_filter", StopReason::kContentFilter},
    {"refusal", StopReason::kRefusal},
};
/// Where servers put what the model thinks: Moonshot, DeepSeek and llama.cpp, then vLLM and Ollama.
constexpr std::string_view kReasoningKeys[] = {"reasoning_content", "reasoning"};

StopReason stop_of(std::string_view reason) {
  for (const ReasonStop& row : kStops) {
    if (row.reason == reason) return row.stop;
  }
  return StopReason::kEndTurn;
}

/// prompt_tokens includes the cache. completion_tokens includes reasoning, except where the sum
/// that the server gives says that it does not (xAI).
Usage read_usage(const json::object& fields) {
  Usage usage;
  std::int64_t left = tokens(fields, "prompt_tokens");
  const std::int64_t prompt = left;
  std::int64_t cached =
      std::max(tokens(fields, "cached_tokens"), tokens(fields, "prompt_cache_hit_tokens"));
  if (const json::object* details = find_object(fields, "prompt_tokens_details")) {
    cached = std::max(cached, tokens(*details, "cached_tokens"));
    usage.cache_write_short = tokens(*details, "cache_write_tokens");
  }
  usage.cached = std::min(left, cached);
  left -= usage.cached;
  usage.cache_write_short = std::min(left, usage.cache_write_short);
  usage.input = left - usage.cache_write_short;
  usage.output = tokens(fields, "completion_tokens");
  if (const json::object* details = find_object(fields, "completion_tokens_details")) {
    usage.reasoning = tokens(*details, "reasoning_tokens");
  }
  const std::int64_t total = tokens(fields, "total_tokens");
  if (usage.reasoning > 0 && total == prompt + usage.output + usage.reasoning) {
    usage.output += usage.reasoning;
  }
  usage.reasoning = std::min(usage.reasoning, usage.output);
  return usage;
}

/// The text of a message's content, which may be a list of parts.
std::string content_of(const json::object& message) {
  const json::array* parts = find_array(message, "content");
  if (parts == nullptr) return text_of(message, "content");
  std::string text;
  for (const json::value& part : *parts) {
    if (part.is_object()) text += text_of(part.get_object(), "text");
  }
  return text;
}

/// A call's arguments: text in pieces, or, from some servers, the object itself.
std::string arguments_of(const json::object& function) {
  const json::object* whole = find_object(function, "arguments");
  return whole == nullptr ? text_of(function, "arguments") : json::serialize(*whole);
}

}  // namespace

ProviderResult<void> Decoder::take(const SseEvent& event, StreamListener& listener) {
  if (event.data == "[DONE]") {
    done_ = true;
    return {};
  }
  TRY(const json::object chunk, parse_payload(event.data));
  TRY_VOID(take_chunk(chunk, &listener));
  if (text_of(chunk, "object") == "chat.completion") done_ = true;  // it does not stream
  return {};
}

ProviderResult<void> Decoder::take_completion(const json::object& completion) {
  TRY_VOID(take_chunk(completion, nullptr));
  done_ = true;
  return {};
}

ProviderResult<void> Decoder::take_chunk(const json::object& chunk, StreamListener* listener) {
  if (const json::object* error = find_object(chunk, "error")) return decode_stream_error(*error);
  if (text_of(chunk, "object") == "error") return decode_stream_error(chunk);
  if (auto error = find_string(chunk, "error")) return decode_stream_error({{"message", *error}});
  if (auto id = find_string(chunk, "id")) id_ = *std::move(id);
  if (auto model = find_string(chunk, "model")) model_ = *std::move(model);
  if (auto tier = find_string(chunk, "service_tier")) service_tier_ = *std::move(tier);
  take_usage(chunk);
  const json::array* choices = find_array(chunk, "choices");
  if (choices == nullptr || choices->empty() || !choices->front().is_object()) return {};
  const json::object& choice = choices->front().get_object();
  take_usage(choice);
  for (const std::string_view key : {"delta", "message"}) {
    if (const json::object* message = find_object(choice, key)) take_message(*message, listener);
  }
  if (auto reason = find_string(choice, "finish_reason")) finish_reason_ = *std::move(reason);
  return {};
}

void Decoder::take_message(const json::object& message, StreamListener* listener) {
  if (const std::string text = content_of(message); !text.empty()) {
    text_ += text;
    if (listener != nullptr) listener->on_text(text);
  }
  refusal_ += text_of(message, "refusal");
  for (const std::string_view key : kReasoningKeys) {
    const auto thought = find_string(message, key);
    if (!thought || (!reasoning_key_.empty() && reasoning_key_ != key)) continue;
    reasoning_ += *thought;
    reasoning_key_ = key;
  }
  const json::array* calls = find_array(message, "tool_calls");
  if (calls == nullptr) return;
  for (std::size_t i = 0; i < calls->size(); ++i) {
    const json::object* piece = (*calls)[i].if_object();
    const auto place = calls->size() > 1 ? std::optional(i) : std::nullopt;
    if (piece != nullptr) take_call(*piece, place, listener);
  }
}

/// Counts come in up to three places, and not all of them everywhere; the last of each holds.
void Decoder::take_usage(const json::object& holder) {
  const json::object* usage = find_object(holder, "usage");
  if (usage == nullptr) return;
  for (const auto& [key, value] : *usage) {
    if (!value.is_null()) usage_fields_[key] = value;
  }
  usage_ = read_usage(usage_fields_);
}

Decoder::OpenCall& Decoder::call_of(const json::object& piece, std::optional<std::size_t> place) {
  const std::string id = text_of(piece, "id");
  auto index = find_int(piece, "index");
  if (!index && place) index = static_cast<std::int64_t>(*place);
  const auto same = std::find_if(calls_.rbegin(), calls_.rend(), [&](const OpenCall& call) {
    return !index || call.index == *index;
  });
  // Some servers give every call index 0, or none; a new id is a new call.
  const bool known = same != calls_.rend() && (id.empty() || id == same->id);
  if (known) return *same;
  OpenCall& begun = calls_.emplace_back();
  begun.index = index.value_or(static_cast<std::int64_t>(calls_.size()) - 1);
  begun.id = id.empty() ? "call_" + id_ + "_" + std::to_string(calls_.size() - 1) : id;
  return begun;
}

void Decoder::take_call(const json::object& piece, std::optional<std::size_t> place,
                        StreamListener* listener) {
  OpenCall& call = call_of(piece, place);
  const json::object* function = find_object(piece, "function");
  if (function == nullptr) return;
  const std::string name = text_of(*function, "name");
  if (call.name.empty() && !name.empty()) {
    call.name = name;
    if (listener != nullptr) listener->on_tool_call(call.id, call.name);
  }
  call.arguments += arguments_of(*function);
}

ProviderResult<void> Decoder::add_calls(std::vector<Block>& blocks) const {
  for (const OpenCall& call : calls_) {
    std::optional<json::object> input = parse_input(call.arguments);
    const bool cut = finish_reason_ == "length" && (!input || input->empty());
    if (cut) continue;
    if (!input || call.name.empty()) return malformed("a tool call that cannot be read");
    // The model gets back what it wrote, spaces included: so its prompt's prefix stays the same.
    std::optional<VendorItem> echo;
    if (!input->empty() && json::serialize(*input) != call.arguments) {
      echo = {kind_, requested_model_, {{"arguments", call.arguments}}};
    }
    blocks.push_back(ToolCall{call.id, call.name, *std::move(input), std::move(echo)});
  }
  return {};
}

std::vector<BilledRequest> Decoder::billed() const {
  if (usage_.empty()) return {};
  return {{model_.empty() ? requested_model_ : model_, service_tier_, usage_}};
}

ProviderResult<ModelAnswer> Decoder::finish() {
  const bool ended = done_ || kind_ == ProviderKind::kOpenAiCompatible || !usage_.empty();
  if (!ended || finish_reason_.empty()) return cut_off();
  ModelAnswer answer;
  if (!reasoning_key_.empty()) {
    VendorItem echo{kind_, requested_model_, {{reasoning_key_, reasoning_}}};
    answer.turn.blocks.push_back(Reasoning{reasoning_, std::move(echo)});
  }
  if (!text_.empty()) answer.turn.blocks.push_back(TextBlock{text_});
  TRY_VOID(add_calls(answer.turn.blocks));
  answer.stop = stop_of(finish_reason_);
  if (answer.stop == StopReason::kEndTurn && !calls_.empty()) answer.stop = StopReason::kToolUse;
  if (!refusal_.empty()) {
    answer.stop = StopReason::kRefusal;
    answer.stop_detail = refusal_;
  }
  answer.model = model_.empty() ? requested_model_ : model_;
  answer.request_id = id_;
  answer.prompt_tokens = usage_.prompt();
  answer.billed = billed();
  return answer;
}

}  // namespace coditect::providers::moonshot
