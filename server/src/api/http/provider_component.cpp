#include "api/http/provider_component.h"

namespace coditect::api {

namespace {

using Circuit = providers::CircuitBreaker::State;

}  // namespace

awaitable<ComponentHealth> ProviderComponent::health() {
  ComponentHealth health;
  for (const providers::KeyGate::Status& gate : gates_.status()) {
    if (gate.circuit == Circuit::kClosed) continue;
    health.state = ComponentHealth::State::kDegraded;
    if (!health.reason.empty()) health.reason += "; ";
    health.reason += gate.name + " failed " + std::to_string(gate.failures) +
                     " times in a row: " + gate.last_failure;
  }
  co_return health;
}

awaitable<std::vector<Figure>> ProviderComponent::figures() {
  double open = 0, waiting = 0, requests = 0, rate_limited = 0, opened = 0;
  for (const providers::KeyGate::Status& gate : gates_.status()) {
    open += gate.circuit == Circuit::kClosed ? 0 : 1;
    waiting += static_cast<double>(gate.waiting);
    requests += static_cast<double>(gate.requests);
    rate_limited += static_cast<double>(gate.rate_limited);
    opened += static_cast<double>(gate.opened);
  }
  std::vector<Figure> all{
      {"coditect_provider_circuits_open", "Model APIs that calls are kept away from", open},
      {"coditect_provider_calls_waiting", "Calls of models that wait for a rate limit", waiting},
      {"coditect_provider_requests_total", "Requests sent to model APIs", requests},
      {"coditect_provider_rate_limited_total", "Requests that were answered with 429",
       rate_limited},
      {"coditect_provider_circuits_opened_total", "Times that a model API was found to be down",
       opened}};
  co_return all;
}

}  // namespace coditect::api
