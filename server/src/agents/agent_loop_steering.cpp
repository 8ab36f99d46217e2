// How people stop the loop for a while, and what they say to it meanwhile.
#include <utility>

#include "agents/agent_loop.h"
#include "agents/prompt.h"

namespace coditect::agents {

Result<void> AgentLoop::may_go_on(const tools::Caller& caller, const std::stop_token& stop) const {
  if (stop.stop_requested()) return Error{Errc::kCancelled, "cancelled", {}};
  if (host_.pausing(caller)) return Error{Errc::kCancelled, "paused", {}};
  return {};
}

awaitable<Result<void>> AgentLoop::hear(const tools::Caller& caller,
                                        std::vector<providers::Turn>& turns) {
  const std::vector<Steering> said = host_.steering(caller);
  if (said.empty()) co_return Result<void>{};
  Conversation::Told told;
  for (const Steering& each : said) told.heeds.push_back(each.id);
  providers::Turn turn = user_turn(steering_notice(said));
  // It holds on when the conversation is summed up.
  first_.blocks.push_back(turn.blocks.front());
  turns.push_back(turn);
  co_return co_await record_turns(caller, {std::move(turn)}, std::move(told));
}

}  // namespace coditect::agents
