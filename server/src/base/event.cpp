#include "base/event.h"

namespace coditect {

std::string to_line(const Event& event) {
  json::object object;
  object.reserve(8);
  object["seq"] = event.seq;
  object["ts"] = to_rfc3339(event.ts);
  object["type"] = event.type;
  object["actor"] = event.actor;
  if (!event.session.empty()) object["session"] = event.session;
  if (!event.task.empty()) object["task"] = event.task;
  object["data"] = event.data;
  object["prev"] = event.prev;
  return json::serialize(object);
}

Result<Event> parse_event(std::string_view line) {
  TRY(json::object object, parse_json_object(line));
  Event event;
  TRY(std::int64_t seq, need_int(object, "seq"));
  if (seq <= 0) return invalid("an event's seq is not positive");
  event.seq = static_cast<Sequence>(seq);
  TRY(std::string ts, need_string(object, "ts"));
  TRY(event.ts, parse_rfc3339(ts));
  TRY(event.type, need_string(object, "type"));
  TRY(event.actor, need_string(object, "actor"));
  TRY(event.prev, need_string(object, "prev"));
  event.session = find_string(object, "session").value_or("");
  event.task = find_string(object, "task").value_or("");
  json::value* data = object.if_contains("data");
  if (data == nullptr || !data->is_object()) return invalid("an event has no data object");
  event.data = std::move(data->get_object());
  return event;
}

}  // namespace coditect
