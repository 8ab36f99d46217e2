#include "storage/databases/event_fields.h"

#include <utility>

namespace coditect::databases {

std::optional<std::string> unless_empty(std::string text) {
  if (text.empty()) return std::nullopt;
  return text;
}

Value scalar(const json::object& object, std::string_view key) {
  if (const auto whole = find_int(object, key)) return *whole;
  if (const auto number = find_double(object, key)) return *number;
  if (auto text = find_string(object, key)) return *std::move(text);
  return std::monostate{};
}

std::optional<std::string> json_text(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr || value->is_null()) return std::nullopt;
  return json::serialize(*value);
}

std::optional<std::int64_t> flag(const json::object& object, std::string_view key) {
  const auto value = find_bool(object, key);
  if (!value) return std::nullopt;
  return *value ? 1 : 0;
}

std::optional<std::string> agent_of(const Event& event) {
  if (auto agent = find_string(event.data, "agent")) return agent;
  constexpr std::string_view kPrefix = "agent:";
  if (event.actor.starts_with(kPrefix)) return event.actor.substr(kPrefix.size());
  return std::nullopt;
}

std::string day_of(const Event& event) { return to_rfc3339(event.ts).substr(0, 10); }

}  // namespace coditect::databases
