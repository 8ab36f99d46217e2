#include "providers/openai/decoder.h"

#include <algorithm>

#include "providers/decode.h"
#include "providers/openai/client_calls.h"
#include "providers/openai/errors.h"

namespace coditect::providers::openai {

namespace {

/// input_tokens includes what was read from and written to the cache.
Usage read_usage(const json::object& fields) {
  Usage usage;
  std::int64_t left = tokens(fields, "input_tokens");
  if (const json::object* details = find_object(fields, "input_tokens_details")) {
    usage.cached = std::min(left, tokens(*details, "cached_tokens"));
    left -= usage.cached;
    const std::int64_t written = std::min(left, tokens(*details, "cache_write_tokens"));
    if (const json::object* lives = find_object(*details, "cache_write_tokens_details")) {
      usage.cache_write_long = std::min(written, tokens(*lives, "ttl_12h"));
    }
    usage.cache_write_short = written - usage.cache_write_long;
    left -= written;
  }
  usage.input = left;
  usage.output = tokens(fields, "output_tokens");
  if (const json::object* details = find_object(fields, "output_tokens_details")) {
    usage.reasoning = tokens(*details, "reasoning_tokens");
  }
  return usage;
}

/// The `key` members of the entries whose type is `type`, joined.
std::string joined(const json::array* entries, std::string_view type, std::string_view key,
                   std::string_view separator) {
  std::string all;
  if (entries == nullptr) return all;
  for (const json::value& entry : *entries) {
    const json::object* fields = entry.if_object();
    if (fields == nullptr || text_of(*fields, "type") != type) continue;
    if (!all.empty()) all += separator;
    all += text_of(*fields, key);
  }
  return all;
}

}  // namespace

ProviderResult<void> Decoder::take(const SseEvent& event, StreamListener& listener) {
  TRY(const json::object payload, parse_payload(event.data));
  const std::string type = text_of(payload, "type");
  if (type == "response.output_text.delta") {
    const std::string delta = text_of(payload, "delta");
    if (!delta.empty()) listener.on_text(delta);
  } else if (type == "response.output_item.added") {
    begin_item(payload, listener);
  } else if (type == "response.output_item.done") {
    const json::object* item = find_object(payload, "item");
    if (item == nullptr) return malformed("an output item that is none");
    const auto next = items_.empty() ? 0 : items_.rbegin()->first + 1;
    items_[find_int(payload, "output_index").value_or(next)] = *item;
  } else if (type == "response.completed" || type == "response.incomplete" ||
             type == "response.failed") {
    const json::object* response = find_object(payload, "response");
    if (response == nullptr) return malformed(type + " without its response");
    return take_response(*response);
  } else if (type.empty() && text_of(payload, "object") == "response") {
    return take_response(payload);  // from a server that does not stream
  } else if (type == "error") {
    const json::object* nested = find_object(payload, "error");
    return decode_stream_error(nested == nullptr ? payload : *nested);
  }
  return {};
}

ProviderResult<void> Decoder::take_response(const json::object& response) {
  id_ = text_of(response, "id");
  model_ = text_of(response, "model");
  service_tier_ = text_of(response, "service_tier");
  if (const json::object* usage = find_object(response, "usage")) usage_ = read_usage(*usage);
  const std::string status = text_of(response, "status");
  if (status == "failed") {
    const json::object* error = find_object(response, "error");
    return decode_stream_error(error == nullptr ? json::object{} : *error);
  }
  if (const json::object* details = find_object(response, "incomplete_details")) {
    incomplete_reason_ = text_of(*details, "reason");
  }
  if (status == "incomplete" && incomplete_reason_.empty()) incomplete_reason_ = "unknown";
  const json::array* output = find_array(response, "output");
  if (items_.empty() && output != nullptr) {
    for (const json::value& item : *output) {
      if (!item.is_object()) continue;
      items_[static_cast<std::int64_t>(items_.size())] = item.get_object();
    }
  }
  complete_ = true;
  return {};
}

void Decoder::begin_item(const json::object& event, StreamListener& listener) const {
  const json::object* item = find_object(event, "item");
  if (item == nullptr) return;
  if (text_of(*item, "type") == "function_call") {
    listener.on_tool_call(text_of(*item, "call_id"), text_of(*item, "name"));
  } else if (is_client_call(*item)) {
    listener.on_tool_call(text_of(*item, "call_id"), client_call_name(*item));
  }
}

ProviderResult<void> Decoder::add_item(const json::object& item, ModelAnswer& answer) const {
  const std::string type = text_of(item, "type");
  if (type == "message") {
    add_message(item, answer);
  } else if (type == "function_call") {
    return add_call(item, answer);
  } else if (is_client_call(item)) {
    add_client_call(item, answer);
  } else if (type == "reasoning") {
    std::string text = joined(find_array(item, "summary"), "summary_text", "text", "\n\n");
    answer.turn.blocks.push_back(Reasoning{std::move(text), echo(item)});
  } else {
    answer.turn.blocks.push_back(OpaqueBlock{echo(item)});
  }
  return {};
}

ProviderResult<void> Decoder::add_call(const json::object& item, ModelAnswer& answer) const {
  std::optional<json::object> input = parse_input(text_of(item, "arguments"));
  if (cut_short() && (!input || text_of(item, "status") == "incomplete")) return {};
  if (!input) return malformed("a function call whose arguments are no JSON object");
  answer.turn.blocks.push_back(
      ToolCall{text_of(item, "call_id"), text_of(item, "name"), *std::move(input), echo(item)});
  return {};
}

void Decoder::add_client_call(const json::object& item, ModelAnswer& answer) const {
  if (cut_short() && text_of(item, "status") == "incomplete") return;
  answer.turn.blocks.push_back(ToolCall{text_of(item, "call_id"), client_call_name(item),
                                        client_call_input(item), echo(item)});
}

void Decoder::add_message(const json::object& item, ModelAnswer& answer) const {
  const json::array* content = find_array(item, "content");
  const std::string refusal = joined(content, "refusal", "refusal", "\n");
  if (!refusal.empty()) {
    answer.stop = StopReason::kRefusal;
    answer.stop_detail = refusal;
  }
  answer.turn.blocks.push_back(
      TextBlock{joined(content, "output_text", "text", ""), text_of(item, "phase"), echo(item)});
}

VendorItem Decoder::echo(const json::object& item) const {
  return {ProviderKind::kOpenAi, requested_model_, item};
}

StopReason Decoder::stop_without_refusal(const ModelAnswer& answer) const {
  if (incomplete_reason_ == "max_output_tokens") return StopReason::kMaxTokens;
  if (incomplete_reason_ == "content_filter") return StopReason::kContentFilter;
  if (cut_short()) return StopReason::kPause;
  const bool calls = std::ranges::any_of(answer.turn.blocks, [](const Block& block) {
    return std::holds_alternative<ToolCall>(block);
  });
  return calls ? StopReason::kToolUse : StopReason::kEndTurn;
}

std::vector<BilledRequest> Decoder::billed() const {
  if (usage_.empty()) return {};
  return {{model_.empty() ? requested_model_ : model_, service_tier_, usage_}};
}

ProviderResult<ModelAnswer> Decoder::finish() {
  if (!complete_) return cut_off();
  ModelAnswer answer;
  for (const auto& [index, item] : items_) TRY_VOID(add_item(item, answer));
  std::vector<Block>& blocks = answer.turn.blocks;
  // The API refuses reasoning that comes back without the item it led to.
  while (cut_short() && !blocks.empty() && std::holds_alternative<Reasoning>(blocks.back())) {
    blocks.pop_back();
  }
  if (answer.stop != StopReason::kRefusal) {
    answer.stop = stop_without_refusal(answer);
    answer.stop_detail = incomplete_reason_;
  }
  answer.model = model_;
  answer.request_id = id_;
  answer.prompt_tokens = usage_.prompt();
  answer.billed = billed();
  return answer;
}

}  // namespace coditect::providers::openai
