#pragma once

#include <string>
#include <string_view>

#include "agents/agent_host.h"

namespace coditect::agents {

/// What an agent is told about itself and the rules of a shared tree, the same for every task so
/// that vendors can cache it.
/// `rules` are the project's own, which a person has trusted; `role` as role_notice() takes it.
std::string system_prompt(std::string_view agent, std::string_view role,
                          const std::vector<InstructionFile>& rules);

/// What an agent is told of the role that a person has given it, quoted, cut where it is long; ""
/// for none.
std::string role_notice(std::string_view role);

/// What an agent is told of the instructions of a folder that it has come to; "" for none.
std::string folder_instructions(const Instructions& instructions);

/// Which instructions the agent does not get, and what to make of them; "" for none.
std::string withheld_instructions(const Instructions& instructions);

/// The first message of a task: what the agent should know, then what it is asked.
std::string task_prompt(const Assignment& assignment, std::string_view shared_context);

/// The same as a turn, with the task's pictures, which are still to be fetched.
providers::Turn task_turn(const Assignment& assignment, std::string_view shared_context);

/// `text` as what a person, or the loop in their place, says to the model.
providers::Turn user_turn(std::string text);

/// What a model is told that goes round in a circle. `what` it did, as LoopGuard says it.
std::string circle_notice(std::string_view what);

/// What people have said to an agent while it works.
std::string steering_notice(const std::vector<Steering>& said);

/// The same as a turn, with the pictures that they showed, which are still to be fetched.
providers::Turn steering_turn(const std::vector<Steering>& said);

}  // namespace coditect::agents
