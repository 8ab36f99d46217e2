#include "providers/cache/cache_planner.h"

namespace coditect::providers {

CachePlanner::CachePlanner(std::unique_ptr<Provider> provider, const Clock& clock)
    : provider_(std::move(provider)), clock_(clock) {}

awaitable<ProviderResult<ModelAnswer>> CachePlanner::call(ModelRequest request,
                                                          StreamListener& listener,
                                                          std::stop_token stop) {
  plan(request);
  co_return co_await provider_->call(std::move(request), listener, std::move(stop));
}

void CachePlanner::plan(ModelRequest& request) {
  const SteadyTime now = clock_.steady();
  // An agent's tools are always the same.
  const std::string prefix = request.model + "\n" + request.system;
  const std::lock_guard lock(mutex_);
  request.prefix_life = history_.note(prefix, PromptPart::kPrefix, now);
  if (request.cache_key.empty()) return;
  request.turns_life =
      history_.note(request.model + "\n#" + request.cache_key, PromptPart::kTurns, now);
}

}  // namespace coditect::providers
