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
    {"stop", StopReason::kEndTurn},
    {"length", StopReason::kMaxTokens},
    {"tool_calls", StopReason::kToolUse},
    {"content_filter", StopReason::kContentFilter},
};

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
  std::int64_t cached = tokens(fields, "cached_tokens");
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
  return usage;
}

}  // namespace

ProviderResult<void> Decoder::take(const SseEvent& event, StreamListener& listener) {
  if (event.data == "[DONE]") {
    done_ = true;
    return {};
  }
  TRY(const json::object chunk, parse_payload(event.data));
  return take_chunk(chunk, &listener);
}

ProviderResult<void> Decoder::take_completion(const json::object& completion) {
  TRY_VOID(take_chunk(completion, nullptr));
  done_ = true;
  return {};
}

ProviderResult<void> Decoder::take_chunk(const json::object& chunk, StreamListener* listener) {
  if (const json::object* error = find_object(chunk, "error")) return decode_stream_error(*error);
  if (auto id = find_string(chunk, "id")) id_ = *std::move(id);
  if (auto model = find_string(chunk, "model")) model_ = *std::move(model);
  if (auto tier = find_string(chunk, "service_tier")) service_tier_ = *std::move(tier);
  if (const json::object* usage = find_object(chunk, "usage")) usage_ = read_usage(*usage);
  const json::array* choices = find_array(chunk, "choices");
  if (choices == nullptr || choices->empty() || !choices->front().is_object()) return {};
  const json::object& choice = choices->front().get_object();
  if (const json::object* usage = find_object(choice, "usage")) usage_ = read_usage(*usage);
  for (const std::string_view key : {"delta", "message"}) {
    if (const json::object* message = find_object(choice, key)) take_message(*message, listener);
  }
  if (auto reason = find_string(choice, "finish_reason")) finish_reason_ = *std::move(reason);
  return {};
}

void Decoder::take_message(const json::object& message, StreamListener* listener) {
  if (const auto text = find_string(message, "content"); text && !text->empty()) {
    text_ += *text;
    if (listener != nullptr) listener->on_text(*text);
  }
  if (const auto thought = find_string(message, "reasoning_content")) {
    reasoning_ += *thought;
    has_reasoning_ = true;
  }
  if (const json::array* calls = find_array(message, "tool_calls")) {
    for (const json::value& piece : *calls) {
      if (piece.is_object()) take_call(piece.get_object(), listener);
    }
  }
}

Decoder::OpenCall& Decoder::call_of(const json::object& piece) {
  const std::string id = text_of(piece, "id");
  const auto index = find_int(piece, "index");
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

void Decoder::take_call(const json::object& piece, StreamListener* listener) {
  OpenCall& call = call_of(piece);
  const json::object* function = find_object(piece, "function");
  if (function == nullptr) return;
  const std::string name = text_of(*function, "name");
  if (call.name.empty() && !name.empty()) {
    call.name = name;
    if (listener != nullptr) listener->on_tool_call(call.id, call.name);
  }
  call.arguments += text_of(*function, "arguments");
}

ProviderResult<void> Decoder::add_calls(std::vector<Block>& blocks) const {
  for (const OpenCall& call : calls_) {
    std::optional<json::object> input = parse_input(call.arguments);
    const bool cut = finish_reason_ == "length" && (!input || input->empty());
    if (cut) continue;
    if (!input || call.name.empty()) return malformed("a tool call that cannot be read");
    blocks.push_back(ToolCall{call.id, call.name, *std::move(input)});
  }
  return {};
}

std::vector<BilledRequest> Decoder::billed() const {
  if (usage_.empty()) return {};
  return {{model_.empty() ? requested_model_ : model_, service_tier_, usage_}};
}

ProviderResult<ModelAnswer> Decoder::finish() {
  const bool ended = done_ || kind_ == ProviderKind::kOpenAiCompatible;
  if (!ended || finish_reason_.empty()) return cut_off();
  ModelAnswer answer;
  if (has_reasoning_) {
    VendorItem echo{kind_, requested_model_, {{"reasoning_content", reasoning_}}};
    answer.turn.blocks.push_back(Reasoning{reasoning_, std::move(echo)});
  }
  if (!text_.empty()) answer.turn.blocks.push_back(TextBlock{text_});
  TRY_VOID(add_calls(answer.turn.blocks));
  answer.stop = stop_of(finish_reason_);
  if (answer.stop == StopReason::kEndTurn && !calls_.empty()) answer.stop = StopReason::kToolUse;
  answer.model = model_.empty() ? requested_model_ : model_;
  answer.request_id = id_;
  answer.prompt_tokens = usage_.prompt();
  answer.billed = billed();
  return answer;
}

}  // namespace coditect::providers::moonshot
