#pragma once

#include <string>
#include <string_view>

#include "agents/agent_host.h"

namespace coditect::agents {

/// What an agent is told about itself and the rules of a shared tree, the same for every task so
/// that vendors can cache it.
std::string system_prompt(std::string_view agent);

/// The first message of a task: what the agent should know, then what it is asked.
std::string task_prompt(const Assignment& assignment, std::string_view shared_context);

/// What a model is told that goes round in a circle. `what` it did, as LoopGuard says it.
std::string circle_notice(std::string_view what);

}  // namespace coditect::agents
