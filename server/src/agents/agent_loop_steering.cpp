// How people stop the loop for a while, and what they say to it meanwhile.
#include <utility>

#include "agents/agent_loop.h"
#include "agents/images.h"
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
  std::vector<providers::Turn> heard{steering_turn(said)};
  CO_TRY_VOID(co_await fetch_images(host_, caller, heard));
  // It holds on when the conversation is summed up.
  for (const providers::Block& block : heard[0].blocks) first_.blocks.push_back(block);
  turns.push_back(heard[0]);
  co_return co_await record_turns(caller, std::move(heard), std::move(told));
}

}  // namespace coditect::agents
