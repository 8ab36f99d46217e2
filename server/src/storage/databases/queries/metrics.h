#pragma once

#include <cstddef>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "base/strong_id.h"
#include "storage/databases/queries/view.h"

namespace coditect::databases {

/// What the cost is summed up by.
enum class CostBy { kAgent, kTask, kModel, kDay };

/// "agent", "task", "model" or "day"; Errc::kInvalid for anything else.
Result<CostBy> parse_cost_by(std::string_view text);

/// {rows:[{key, calls, input, cached, cache_write, output, reasoning, cost_usd, unpriced_calls,
/// simulated_calls, saved_usd, cached_share}], total:{the same without key}, truncated}. The
/// dearest first, days in order; at most kPageMax rows, while the total is of all. `cost_usd` and
/// `saved_usd`, what prompt caching saved, leave out the calls without a price and are null where
/// no call has one; `cached_share` of all prompt tokens, from 0 to 1, were read from a cache.
Result<json::object> cost_summary(const View& view, CostBy by);

/// The tasks that ended before event `before` (0: the newest), newest first: {tasks:[{id, agent,
/// state, priority, prompt, parent?, attempts, retries, queued_at, started_at?, finished_at,
/// finished_seq, wait_ms?, elapsed_ms, result?, error?:{kind, message, hint}, cost_usd}], before?}.
Result<json::object> finished_tasks(const View& view, Sequence before, std::size_t limit);

}  // namespace coditect::databases
