#pragma once

#include <string>
#include <vector>

#include "agents/agent_host.h"
#include "base/clock.h"
#include "base/json.h"
#include "providers/prices/price_book.h"

namespace coditect::workspace {

/// What `usage_recorded` says of one call of a model: docs/api/events.md lists the members. A
/// simulated call is priced as its model would be, and marked, so that budgets and the cost page
/// can be tried out. A call without a price has `cost_usd` null: it is unknown, never free.
json::object usage_event(const std::string& agent, const agents::AgentModel& model,
                         const std::vector<providers::BilledRequest>& billed,
                         const agents::CallEnd& end, const providers::PriceBook& prices, Time now);

}  // namespace coditect::workspace
