#pragma once

#include <cstdint>

#include "base/event.h"
#include "base/json.h"

namespace coditect::workspace {

/// What all model calls of a workspace used and cost. Pure; fed by `usage_recorded` events. What
/// they may cost is in budget::Ledger.
///
/// Threads: one strand.
class CostTotals {
 public:
  void apply(const Event& event);

  /// {spent_usd, calls, unpriced_calls, input, cached, cache_write, output, reasoning}: dollars and
  /// token counts. Calls of models without a price are counted, never taken for free.
  json::object to_json() const;
  static Result<CostTotals> restore(const json::object& snapshot);

 private:
  double spent_usd_ = 0;
  std::int64_t calls_ = 0;
  std::int64_t unpriced_calls_ = 0;
  std::int64_t input_ = 0;
  std::int64_t cached_ = 0;
  std::int64_t cache_write_ = 0;
  std::int64_t output_ = 0;
  std::int64_t reasoning_ = 0;
};

}  // namespace coditect::workspace
