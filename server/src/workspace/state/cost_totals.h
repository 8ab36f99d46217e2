#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/event.h"
#include "base/json.h"

namespace coditect::workspace {

/// What all model calls of a workspace used and cost, and what they may cost. Pure; fed by
/// `usage_recorded` and `budget_set` events.
///
/// Threads: one strand.
class CostTotals {
 public:
  void apply(const Event& event);

  /// Errc::kBudget, naming the limit, when `more_usd` on top of what is spent and reserved would
  /// pass the budget of the workspace or of the agent.
  Result<void> check_budget(std::string_view agent, double more_usd, double reserved_usd) const;
  bool has_budget(std::string_view agent) const;

  /// {spent_usd, calls, unpriced_calls, input, cached, cache_write, output, reasoning}: dollars and
  /// token counts. Calls of models without a price are counted, never taken for free.
  /// `budgets` {scope: limit} and `agents` {name: spent} besides.
  json::object to_json() const;
  static Result<CostTotals> restore(const json::object& snapshot);

 private:
  using Dollars = std::map<std::string, double, std::less<>>;

  double spent_usd_ = 0;
  Dollars spent_by_agent_;
  Dollars budgets_;  ///< by scope: "workspace" or "agent:NAME"
  std::int64_t calls_ = 0;
  std::int64_t unpriced_calls_ = 0;
  std::int64_t input_ = 0;
  std::int64_t cached_ = 0;
  std::int64_t cache_write_ = 0;
  std::int64_t output_ = 0;
  std::int64_t reasoning_ = 0;
};

}  // namespace coditect::workspace
