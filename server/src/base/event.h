#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/json.h"
#include "base/result.h"
#include "base/strong_id.h"

namespace coditect {

/// What a workspace decides to record, before it has a place in the log.
struct EventDraft {
  std::string type;     ///< docs/api/events.md lists them
  std::string actor;    ///< "agent:NAME", "user:NAME", "process:TASK" or "system"
  std::string session;  ///< "" where there is none
  std::string task;     ///< "" where there is none
  json::object data;
};

/// One entry of a workspace's log. docs/api/events.md describes every type.
struct Event {
  Sequence seq = 0;
  Time ts{};
  std::string type;
  std::string actor;
  std::string session;
  std::string task;
  json::object data;
  std::string prev;  ///< hex SHA-256 of the line before, kZeroHash for the first
};

/// The event's one line of JSON, without a newline, in the field order of docs/api/events.md.
/// The archive's hash chain is over exactly these bytes.
std::string to_line(const Event& event);
/// Reads a line. Errc::kInvalid when a required field is missing. Unknown fields are ignored.
Result<Event> parse_event(std::string_view line);

}  // namespace coditect
