#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "tools/network/visit.h"

namespace coditect::tools {

/// What a command wanted to reach, in lines for a model: what was let through, and what was
/// refused, why, and what to do about that. "" where it wanted nothing. Pure.
std::string network_note(const std::vector<Visit>& visits);

/// [{host, port, allowed, why?}] for programs and the log.
json::array visits_json(const std::vector<Visit>& visits);

}  // namespace coditect::tools
