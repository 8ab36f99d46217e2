#include "providers/anthropic/decoder.h"

#include <algorithm>

#include "providers/anthropic/errors.h"
#include "providers/decode.h"

namespace coditect::providers::anthropic {

namespace {

struct ReasonStop {
  std::string_view reason;
  StopReason stop;
};

constexpr ReasonStop kStops[] = {
    {"end_turn", StopReason::kEndTurn},
    {"max_tokens", StopReason::kMaxTokens},
    {"stop_sequence", StopReason::kStopSequence},
    {"tool_use", StopReason::kToolUse},
    {"pause_turn", StopReason::kPause},
    {"refusal", StopReason::kRefusal},
    {"model_context_window_exceeded", StopReason::kContextExceeded},
};

StopReason stop_of(std::string_view reason) {
  for (const ReasonStop& row : kStops) {
    if (row.reason == reason) return row.stop;
  }
  return StopReason::kEndTurn;
}

/// `input_tokens` excludes the cache. The split by lifetime may be older than the sum, which a
/// later event repeats without it.
Usage read_usage(const json::object& fields) {
  Usage usage;
  usage.input = tokens(fields, "input_tokens");
  usage.cached = tokens(fields, "cache_read_input_tokens");
  const std::int64_t written = tokens(fields, "cache_creation_input_tokens");
  if (const json::object* split = find_object(fields, "cache_creation")) {
    usage.cache_write_long = std::min(written, tokens(*split, "ephemeral_1h_input_tokens"));
  }
  usage.cache_write_short = written - usage.cache_write_long;
  usage.output = tokens(fields, "output_tokens");
  if (const json::object* details = find_object(fields, "output_tokens_details")) {
    usage.reasoning = tokens(*details, "thinking_tokens");
  }
  return usage;
}

void append_to(json::object& object, std::string_view key, const std::string& more) {
  json::value& value = object[key];
  if (!value.is_string()) value.emplace_string();
  value.get_string().append(more);
}

/// In the vendor's words: why it refuses, or which sequence stopped it.
std::string detail_of(const json::object& delta) {
  const json::object* details = find_object(delta, "stop_details");
  if (details == nullptr) return text_of(delta, "stop_sequence");
  const std::string category = text_of(*details, "category");
  const std::string explanation = text_of(*details, "explanation");
  return category.empty() || explanation.empty() ? category + explanation
                                                 : category + ": " + explanation;
}

/// The last request for the answer itself: what compaction or an advisor read is not its context.
const json::object* last_message(const json::array& iterations) {
  const json::object* last = nullptr;
  for (const json::value& iteration : iterations) {
    const json::object* fields = iteration.if_object();
    if (fields == nullptr) continue;
    const std::string type = text_of(*fields, "type");
    if (type == "message" || type == "fallback_message") last = fields;
  }
  return last;
}

/// Whether ToolCall has a place for every member; a call with others comes back as it came.
bool is_plain_call(const json::object& block) {
  return std::ranges::all_of(block, [](const auto& member) {
    const std::string_view key = member.key();
    return key == "type" || key == "id" || key == "name" || key == "input";
  });
}

}  // namespace

ProviderResult<void> Decoder::take(const SseEvent& event, StreamListener& listener) {
  TRY(const json::object payload, parse_payload(event.data));
  const std::string type = text_of(payload, "type");
  if (type == "message") {  // from a server that does not stream
    take_message(payload);
  } else if (type == "message_start") {
    if (const json::object* message = find_object(payload, "message")) start(*message);
  } else if (type == "content_block_start") {
    start_block(payload, listener);
  } else if (type == "content_block_delta") {
    return add_delta(payload, listener);
  } else if (type == "message_delta") {
    end_message(payload);
  } else if (type == "message_stop") {
    complete_ = true;
  } else if (type == "error") {
    return decode_stream_error(payload);
  }
  return {};
}

void Decoder::take_message(json::object message) {
  start(message);
  complete_ = true;
}

void Decoder::add_blocks(const json::object& message) {
  const json::array* content = find_array(message, "content");
  if (content == nullptr || content->empty()) return;
  blocks_.clear();
  for (const json::value& part : *content) {
    if (!part.is_object()) continue;
    blocks_[static_cast<std::int64_t>(blocks_.size())].block = part.get_object();
  }
}

void Decoder::start(const json::object& message) {
  id_ = text_of(message, "id");
  model_ = text_of(message, "model");
  keep_usage(find_object(message, "usage"));
  // A message that needs no streaming may be whole from its start.
  add_blocks(message);
  stop_reason_ = text_of(message, "stop_reason");
  stop_detail_ = detail_of(message);
}

void Decoder::start_block(const json::object& event, StreamListener& listener) {
  const json::object* block = find_object(event, "content_block");
  if (block == nullptr) return;
  blocks_[find_int(event, "index").value_or(0)] = OpenBlock{*block, {}};
  const std::string type = text_of(*block, "type");
  if (type == "tool_use") {
    listener.on_tool_call(text_of(*block, "id"), text_of(*block, "name"));
  } else if (type == "text") {
    const std::string text = text_of(*block, "text");
    if (!text.empty()) listener.on_text(text);
  } else if (type == "fallback") {
    const json::object* to = find_object(*block, "to");
    if (to != nullptr) model_ = text_of(*to, "model");
  }
}

ProviderResult<void> Decoder::add_delta(const json::object& event, StreamListener& listener) {
  const auto found = blocks_.find(find_int(event, "index").value_or(0));
  const json::object* delta = find_object(event, "delta");
  if (found == blocks_.end() || delta == nullptr) return malformed("a delta without its block");
  OpenBlock& open = found->second;
  const std::string type = text_of(*delta, "type");
  if (type == "text_delta") {
    const std::string text = text_of(*delta, "text");
    append_to(open.block, "text", text);
    if (!text.empty()) listener.on_text(text);
  } else if (type == "input_json_delta") {
    open.input += text_of(*delta, "partial_json");
  } else if (type == "thinking_delta") {
    append_to(open.block, "thinking", text_of(*delta, "thinking"));
  } else if (type == "signature_delta") {
    open.block["signature"] = text_of(*delta, "signature");
  } else if (type == "citations_delta") {
    json::value& citations = open.block["citations"];
    if (!citations.is_array()) citations.emplace_array();
    if (const json::value* citation = delta->if_contains("citation")) {
      citations.get_array().push_back(*citation);
    }
  } else if (type == "compaction_delta") {
    append_to(open.block, "content", text_of(*delta, "content"));
  }
  return {};
}

void Decoder::end_message(const json::object& event) {
  keep_usage(find_object(event, "usage"));
  const json::object* delta = find_object(event, "delta");
  if (delta == nullptr) return;
  if (auto reason = find_string(*delta, "stop_reason")) stop_reason_ = *std::move(reason);
  stop_detail_ = detail_of(*delta);
}

void Decoder::keep_usage(const json::object* usage) {
  if (usage == nullptr) return;
  for (const auto& [key, value] : *usage) {
    if (!value.is_null()) usage_[key] = value;
  }
}

bool Decoder::cut_short() const {
  const StopReason stop = stop_of(stop_reason_);
  return stop == StopReason::kMaxTokens || stop == StopReason::kContextExceeded ||
         stop == StopReason::kRefusal;
}

BilledRequest Decoder::billed_request(const json::object& usage) const {
  const std::string model = text_of(usage, "model");
  BilledRequest request;
  request.model = !model.empty() ? model : model_.empty() ? requested_model_ : model_;
  request.service_tier =
      text_of(usage_, "speed") == "fast" ? "fast" : text_of(usage_, "service_tier");
  request.usage = read_usage(usage);
  const std::string region = text_of(usage_, "inference_geo");
  if (region != "global" && region != "not_available") request.region = region;
  return request;
}

std::vector<BilledRequest> Decoder::billed() const {
  std::vector<BilledRequest> all;
  // With compaction or a fallback on the server's side the top level holds the last request only.
  if (const json::array* iterations = find_array(usage_, "iterations")) {
    for (const json::value& iteration : *iterations) {
      const json::object* fields = iteration.if_object();
      if (fields != nullptr) all.push_back(billed_request(*fields));
    }
  }
  if (all.empty()) all.push_back(billed_request(usage_));
  if (const json::object* tools = find_object(usage_, "server_tool_use")) {
    all.back().web_searches = tokens(*tools, "web_search_requests");
  }
  std::erase_if(all, [](const BilledRequest& request) {
    return request.usage.empty() && request.web_searches == 0;
  });
  return all;
}

VendorItem Decoder::item(json::object block) const {
  return {ProviderKind::kAnthropic, requested_model_, std::move(block)};
}

ProviderResult<void> Decoder::close_block(OpenBlock open, std::vector<Block>& blocks) const {
  const std::string type = text_of(open.block, "type");
  if (type == "text") {
    TextBlock text{text_of(open.block, "text")};
    const json::array* citations = find_array(open.block, "citations");
    if (citations != nullptr && !citations->empty()) text.echo = item(std::move(open.block));
    blocks.push_back(std::move(text));
    return {};
  }
  if (type == "thinking" || type == "redacted_thinking") {
    std::string text = text_of(open.block, "thinking");
    blocks.push_back(Reasoning{std::move(text), item(std::move(open.block))});
    return {};
  }
  if (!open.input.empty()) {
    std::optional<json::object> input = parse_input(open.input);
    if (!input && cut_short()) return {};
    if (!input) return malformed("a tool call whose input is no JSON object");
    open.block["input"] = *std::move(input);
  }
  if (type != "tool_use") {
    blocks.push_back(OpaqueBlock{item(std::move(open.block))});
    return {};
  }
  const json::object* input = find_object(open.block, "input");
  // The limit may fall between the call's name and its input, which then looks like an empty one.
  if (cut_short() && (input == nullptr || input->empty())) return {};
  ToolCall call{text_of(open.block, "id"), text_of(open.block, "name"),
                input == nullptr ? json::object{} : *input};
  if (!is_plain_call(open.block)) call.echo = item(std::move(open.block));
  blocks.push_back(std::move(call));
  return {};
}

ProviderResult<ModelAnswer> Decoder::finish() {
  if (!complete_) return cut_off();
  ModelAnswer answer;
  for (auto& [index, open] : blocks_) {
    TRY_VOID(close_block(std::move(open), answer.turn.blocks));
  }
  blocks_.clear();
  // The API refuses an assistant's message that ends in thoughts; those that led nowhere are lost.
  std::vector<Block>& blocks = answer.turn.blocks;
  while (cut_short() && !blocks.empty() && std::holds_alternative<Reasoning>(blocks.back())) {
    blocks.pop_back();
  }
  answer.stop = stop_of(stop_reason_);
  answer.stop_detail = stop_detail_;
  answer.model = model_;
  answer.request_id = id_;
  const json::array* iterations = find_array(usage_, "iterations");
  const json::object* last = iterations == nullptr ? nullptr : last_message(*iterations);
  answer.prompt_tokens = read_usage(last == nullptr ? usage_ : *last).prompt();
  answer.billed = billed();
  return answer;
}

}  // namespace coditect::providers::anthropic
