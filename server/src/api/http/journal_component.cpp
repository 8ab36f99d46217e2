#include "api/http/journal_component.h"

namespace coditect::api {

awaitable<ComponentHealth> JournalComponent::health() {
  const auto failure = journal_.stats().failure;
  if (failure) co_return ComponentHealth{ComponentHealth::State::kFailing, failure->message};
  co_return ComponentHealth{};
}

}  // namespace coditect::api
