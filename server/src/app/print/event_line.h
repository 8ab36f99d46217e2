#pragma once

#include <string>

#include "base/json.h"

namespace coditect::app {

/// An event on one line for people: number, time, actor, type and what matters of its data. Fields
/// that are missing are left out: a reader takes events of types it does not know.
std::string format_event(const json::object& event);

/// What matters of an event's data, on one line.
std::string describe_event(const json::object& event);

}  // namespace coditect::app
