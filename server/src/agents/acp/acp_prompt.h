#pragma once

#include <string>
#include <string_view>

#include "agents/acp/acp_host.h"
#include "agents/agent_host.h"

namespace coditect::agents::acp {

/// What a program is asked where its session knows nothing of the task. `recalled`: what the log
/// knows of an earlier attempt.
std::string opening_prompt(const Assignment& assignment, std::string_view shared_context,
                           const Recalled& recalled);

/// What a program is asked that has been interrupted and remembers the task.
std::string going_on_prompt(const Assignment& assignment);

}  // namespace coditect::agents::acp
