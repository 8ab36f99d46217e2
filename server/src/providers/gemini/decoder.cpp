#include "providers/gemini/decoder.h"

#include <algorithm>

#include "providers/decode.h"
#include "providers/gemini/errors.h"

namespace coditect::providers::gemini {

namespace {

constexpr std::string_view kContinuation = "CONTINUATION";
/// The model tried to call a tool and wrote nonsense: asking again usually helps.
constexpr std::string_view kNonsense[] = {"MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL",
                                          "TOO_MANY_TOOL_CALLS", "MALFORMED_RESPONSE"};

/// promptTokenCount includes the cache, candidatesTokenCount excludes thoughts.
Usage read_usage(const json::object& fields) {
  Usage usage;
  const std::int64_t prompt =
      tokens(fields, "promptTokenCount") + tokens(fields, "toolUsePromptTokenCount");
  usage.cached = std::min(prompt, tokens(fields, "cachedContentTokenCount"));
  usage.input = prompt - usage.cached;
  usage.reasoning = tokens(fields, "thoughtsTokenCount");
  usage.output = tokens(fields, "candidatesTokenCount") + usage.reasoning;
  return usage;
}

const json::object* first_candidate(const json::object& chunk) {
  const json::array* candidates = find_array(chunk, "candidates");
  return candidates == nullptr || candidates->empty() ? nullptr : candidates->front().if_object();
}

std::string* text_in(Block& block) {
  if (auto* text = std::get_if<TextBlock>(&block)) return &text->text;
  if (auto* reasoning = std::get_if<Reasoning>(&block)) return &reasoning->text;
  return nullptr;
}

}  // namespace

ProviderResult<void> Decoder::take(const SseEvent& event, StreamListener& listener) {
  if (!event.data.starts_with('[')) {
    TRY(const json::object chunk, parse_payload(event.data));
    return take_chunk(chunk, listener);
  }
  // Without server-sent events the API answers with an array of the same chunks.
  const Result<json::value> chunks = parse_json(event.data);
  if (!chunks) return malformed("an answer that is " + chunks.error().message);
  for (const json::value& chunk : chunks->as_array()) {
    if (!chunk.is_object()) return malformed("a chunk that is no object");
    TRY_VOID(take_chunk(chunk.get_object(), listener));
  }
  return {};
}

ProviderResult<void> Decoder::take_chunk(const json::object& chunk, StreamListener& listener) {
  if (const json::object* error = find_object(chunk, "error")) return decode_stream_error(*error);
  if (auto model = find_string(chunk, "modelVersion")) model_ = *std::move(model);
  if (auto id = find_string(chunk, "responseId")) response_id_ = *std::move(id);
  if (const json::object* feedback = find_object(chunk, "promptFeedback")) {
    block_reason_ = text_of(*feedback, "blockReason");
  }
  if (const json::object* usage = find_object(chunk, "usageMetadata")) keep_usage(*usage);
  if (const json::object* candidate = first_candidate(chunk)) {
    return take_candidate(*candidate, listener);
  }
  return {};
}

ProviderResult<void> Decoder::take_candidate(const json::object& candidate,
                                             StreamListener& listener) {
  const json::object* content = find_object(candidate, "content");
  const json::array* parts = content == nullptr ? nullptr : find_array(*content, "parts");
  if (parts != nullptr) {
    for (const json::value& part : *parts) {
      if (part.is_object()) TRY_VOID(take_part(part.get_object(), listener));
    }
  }
  if (auto reason = find_string(candidate, "finishReason")) finish_reason_ = *std::move(reason);
  if (auto message = find_string(candidate, "finishMessage")) {
    finish_message_ = *std::move(message);
  }
  if (auto token = find_string(candidate, "continuationToken")) {
    token_ = *std::move(token);
    mark_checkpoint();
  }
  return {};
}

ProviderResult<void> Decoder::take_part(const json::object& part, StreamListener& listener) {
  if (part.contains("functionCall")) return take_call(part, listener);
  if (part.contains("text")) {
    take_text(part, listener);
    return {};
  }
  text_open_ = false;
  call_open_ = false;
  blocks_.push_back(OpaqueBlock{item(part)});
  return {};
}

ProviderResult<void> Decoder::take_call(const json::object& part, StreamListener& listener) {
  const json::object* call = find_object(part, "functionCall");
  if (call == nullptr) return malformed("a functionCall that is no object");
  const std::string name = text_of(*call, "name");
  if (!call_open_ || !name.empty()) {
    if (name.empty()) return malformed("a functionCall without a name");
    std::string id = text_of(*call, "id");
    VendorItem echo = signature_of(part).value_or(item({}));
    if (!id.empty()) echo.item["id"] = id;
    // The API does not always name its calls; an answer's own id makes the name unique.
    if (id.empty()) id = "call_" + response_id_ + "_" + std::to_string(blocks_.size());
    const json::object* arguments = find_object(*call, "args");
    blocks_.push_back(ToolCall{
        std::move(id), name, arguments == nullptr ? json::object{} : *arguments, std::move(echo)});
    text_open_ = false;
    arguments_ = {};
    const auto& begun = std::get<ToolCall>(blocks_.back());
    listener.on_tool_call(begun.id, begun.name);
  }
  if (const json::array* pieces = find_array(*call, "partialArgs")) {
    TRY_VOID(arguments_.apply(*pieces, std::get<ToolCall>(blocks_.back()).input));
  }
  call_open_ = find_bool(*call, "willContinue").value_or(false);
  return {};
}

void Decoder::take_text(const json::object& part, StreamListener& listener) {
  const std::string text = text_of(part, "text");
  std::optional<VendorItem> signature = signature_of(part);
  // A call whose end was not announced has ended where something else begins.
  if (!text.empty() || signature) call_open_ = false;
  if (find_bool(part, "thought").value_or(false)) {
    blocks_.push_back(Reasoning{text, std::move(signature)});
    text_open_ = false;
    return;
  }
  // A signed part stays a part of its own, even an empty one: its signature is for its place.
  if (signature) {
    blocks_.push_back(TextBlock{text, "", std::move(signature)});
    text_open_ = false;
  } else if (text_open_) {
    std::get<TextBlock>(blocks_.back()).text += text;
  } else if (!text.empty()) {
    blocks_.push_back(TextBlock{text});
    text_open_ = true;
  }
  if (!text.empty()) listener.on_text(text);
}

void Decoder::keep_usage(const json::object& usage) {
  if (!usage.contains("promptTokenCount")) return;  // says only how the traffic is counted
  current_.usage = read_usage(usage);
  if (auto tier = find_string(usage, "serviceTier")) current_.service_tier = *std::move(tier);
}

std::optional<VendorItem> Decoder::signature_of(const json::object& part) const {
  const json::value* signature = part.if_contains("thoughtSignature");
  if (signature == nullptr) return std::nullopt;
  return item({{"thoughtSignature", *signature}});
}

VendorItem Decoder::item(json::object content) const {
  return {ProviderKind::kGemini, requested_model_, std::move(content)};
}

void Decoder::mark_checkpoint() {
  const std::string* text = blocks_.empty() ? nullptr : text_in(blocks_.back());
  checkpoint_ = {blocks_.size(), text == nullptr ? 0 : text->size(), text_open_};
  if (call_open_) {
    checkpoint_.open_call = std::get<ToolCall>(blocks_.back());
    checkpoint_.arguments = arguments_;
  }
}

bool Decoder::continues() const { return finish_reason_ == kContinuation && !token_.empty(); }

void Decoder::resume() {
  blocks_.resize(checkpoint_.blocks, TextBlock{});
  text_open_ = checkpoint_.text_open;
  call_open_ = checkpoint_.open_call.has_value();
  if (call_open_) {
    blocks_.back() = *checkpoint_.open_call;
    arguments_ = checkpoint_.arguments;
  } else if (!blocks_.empty()) {
    std::string* text = text_in(blocks_.back());
    if (text != nullptr) text->resize(checkpoint_.last_text_bytes);
  }
  earlier_ = billed();
  current_ = {};
  finish_reason_.clear();
  finish_message_.clear();
}

void Decoder::replay(StreamListener& listener) const {
  for (const Block& block : blocks_) {
    if (const auto* text = std::get_if<TextBlock>(&block)) {
      if (!text->text.empty()) listener.on_text(text->text);
    } else if (const auto* call = std::get_if<ToolCall>(&block)) {
      listener.on_tool_call(call->id, call->name);
    }
  }
}

std::vector<BilledRequest> Decoder::billed() const {
  std::vector<BilledRequest> all = earlier_;
  if (!current_.usage.empty()) {
    all.push_back(
        {model_.empty() ? requested_model_ : model_, current_.service_tier, current_.usage});
  }
  return all;
}

StopReason Decoder::stop() const {
  if (finish_reason_.empty()) return StopReason::kContentFilter;
  if (finish_reason_ == "MAX_TOKENS" || finish_reason_ == kContinuation) {
    return StopReason::kMaxTokens;
  }
  if (finish_reason_ != "STOP") return StopReason::kContentFilter;
  const bool calls = std::ranges::any_of(
      blocks_, [](const Block& block) { return std::holds_alternative<ToolCall>(block); });
  return calls ? StopReason::kToolUse : StopReason::kEndTurn;
}

ProviderResult<ModelAnswer> Decoder::finish() {
  if (finish_reason_.empty() && block_reason_.empty()) return cut_off();
  for (const std::string_view reason : kNonsense) {
    if (finish_reason_ == reason) return malformed(finish_reason_ + " " + finish_message_);
  }
  ModelAnswer answer;
  answer.stop = stop();
  answer.stop_detail = !finish_message_.empty()   ? finish_message_
                       : finish_reason_.empty()   ? block_reason_
                       : finish_reason_ == "STOP" ? ""
                                                  : finish_reason_;
  // Cut off midway, unless only the sign of its end is missing.
  if (call_open_ && finish_reason_ != "STOP") blocks_.pop_back();
  answer.turn.blocks = std::move(blocks_);
  answer.model = model_.empty() ? requested_model_ : model_;
  answer.request_id = response_id_;
  answer.billed = billed();
  // The first request's: later ones repeat the answer so far in their prompts.
  if (!answer.billed.empty()) answer.prompt_tokens = answer.billed.front().usage.prompt();
  return answer;
}

}  // namespace coditect::providers::gemini
