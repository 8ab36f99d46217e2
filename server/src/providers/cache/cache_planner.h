#pragma once

#include <memory>
#include <mutex>

#include "providers/cache/reuse_history.h"
#include "providers/provider.h"

namespace coditect::providers {

/// A provider whose prompts are kept as long as they will probably be used again, by what it has
/// seen of its agent so far. After a restart it begins anew.
///
/// Threads:  as Provider.
/// Lifetime: `clock` outlives it.
class CachePlanner final : public Provider {
 public:
  CachePlanner(std::unique_ptr<Provider> provider, const Clock& clock);

  ProviderKind kind() const override { return provider_->kind(); }
  awaitable<ProviderResult<ModelAnswer>> call(ModelRequest request, StreamListener& listener,
                                              std::stop_token stop) override;

 private:
  void plan(ModelRequest& request);

  const std::unique_ptr<Provider> provider_;
  const Clock& clock_;
  std::mutex mutex_;
  ReuseHistory history_;  // under mutex_
};

}  // namespace coditect::providers
