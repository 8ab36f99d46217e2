#pragma once

#include "api/http/component.h"
#include "providers/resilience/key_gates.h"

namespace coditect::api {

/// The model APIs: which of them are down, and how many calls wait for a rate limit.
///
/// Threads:  any.
/// Lifetime: `gates` outlives it.
class ProviderComponent final : public Component {
 public:
  explicit ProviderComponent(const providers::KeyGates& gates) : gates_(gates) {}

  std::string_view name() const override { return "providers"; }
  /// Degraded while calls are kept away from an address that is down.
  awaitable<ComponentHealth> health() override;
  awaitable<std::vector<Figure>> figures() override;

 private:
  const providers::KeyGates& gates_;
};

}  // namespace coditect::api
