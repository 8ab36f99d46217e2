#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/event.h"
#include "storage/databases/value.h"

namespace coditect::databases {

// What the projections read from an event. Everything is optional: see Projection::apply.

/// `text`, or nothing where it is empty: NULL in a column.
std::optional<std::string> unless_empty(std::string text);
/// A member that is a number or a text, such as a lock's token; NULL for everything else.
Value scalar(const json::object& object, std::string_view key);
/// A member as JSON text, for columns that hold a list; nothing where it is absent.
std::optional<std::string> json_text(const json::object& object, std::string_view key);
/// A bool as SQL has it: 1 or 0.
std::optional<std::int64_t> flag(const json::object& object, std::string_view key);
/// data.agent, or NAME of the actor "agent:NAME".
std::optional<std::string> agent_of(const Event& event);
/// "2026-11-20" of the event's time.
std::string day_of(const Event& event);

}  // namespace coditect::databases
