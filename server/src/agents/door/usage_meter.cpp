#include "agents/door/usage_meter.h"

#include <boost/json/serialize.hpp>

#include <utility>

#include "base/json.h"

namespace coditect::agents::door {

namespace {

class Deaf final : public providers::StreamListener {
 public:
  void on_text(std::string_view) override {}
  void on_tool_call(std::string_view, std::string_view) override {}
  void on_retry(const providers::Retry&) override {}
};

providers::SseEvent event_of(const json::object& data) { return {{}, json::serialize(data)}; }

/// An answer that does not stream, as the last events of one that does: that is where a decoder
/// finds what it is billed.
std::vector<providers::SseEvent> as_stream(const providers::SseEvent& event) {
  auto body = parse_json_object(event.data);
  if (!body) return {event};
  if (find_string(*body, "object") == "response") {
    return {event_of({{"type", "response.completed"}, {"response", *std::move(body)}})};
  }
  if (find_string(*body, "type") != "message") return {event};
  json::object usage;
  if (const json::object* said = find_object(*body, "usage")) usage = *said;
  json::object delta{{"stop_reason", find_string(*body, "stop_reason").value_or("end_turn")}};
  (*body)["content"] = json::array();
  return {event_of({{"type", "message_start"}, {"message", *std::move(body)}}),
          event_of({{"type", "message_delta"}, {"delta", delta}, {"usage", usage}}),
          event_of({{"type", "message_stop"}})};
}

}  // namespace

UsageMeter::UsageMeter(const providers::Dialect& dialect, const std::string& model)
    : decoder_([&dialect, &model] {
        providers::ModelRequest request;
        request.model = model;
        return dialect.decoder(request);
      }()) {}

void UsageMeter::hear(const std::vector<providers::SseEvent>& events) {
  Deaf deaf;
  for (const providers::SseEvent& event : events) {
    for (const providers::SseEvent& each : as_stream(event)) {
      if (!readable_ || decoder_->complete()) return;
      readable_ = decoder_->take(each, deaf).has_value();
    }
  }
}

void UsageMeter::take(std::string_view bytes) {
  if (!readable_) return;
  std::vector<providers::SseEvent> events;
  const auto parsed = parser_.feed(bytes, events);
  hear(events);
  if (!parsed) readable_ = false;
}

Settlement UsageMeter::finish() {
  std::vector<providers::SseEvent> events;
  if (readable_) parser_.finish(events);
  hear(events);
  Settlement settlement;
  settlement.billed = decoder_->billed();
  auto answer = readable_
                    ? decoder_->finish()
                    : providers::ProviderResult<providers::ModelAnswer>(providers::provider_error(
                          providers::ProviderError::Kind::kMalformed, "not read"));
  if (!answer) {
    settlement.unheard = 1;
    return settlement;
  }
  settlement.billed = answer->billed;
  settlement.end = {std::string(to_string(answer->stop)), answer->stop_detail,
                    answer->prompt_tokens};
  return settlement;
}

}  // namespace coditect::agents::door
