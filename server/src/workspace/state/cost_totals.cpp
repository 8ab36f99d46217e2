#include "workspace/state/cost_totals.h"

namespace coditect::workspace {

void CostTotals::apply(const Event& event) {
  if (event.type != "usage_recorded") return;
  ++calls_;
  input_ += find_int(event.data, "input").value_or(0);
  cached_ += find_int(event.data, "cached").value_or(0);
  cache_write_ += find_int(event.data, "cache_write").value_or(0);
  output_ += find_int(event.data, "output").value_or(0);
  reasoning_ += find_int(event.data, "reasoning").value_or(0);
  if (const auto cost = find_double(event.data, "cost_usd")) {
    spent_usd_ += *cost;
  } else {
    ++unpriced_calls_;
  }
}

json::object CostTotals::to_json() const {
  return {{"spent_usd", spent_usd_}, {"calls", calls_},        {"unpriced_calls", unpriced_calls_},
          {"input", input_},         {"cached", cached_},      {"cache_write", cache_write_},
          {"output", output_},       {"reasoning", reasoning_}};
}

Result<CostTotals> CostTotals::restore(const json::object& snapshot) {
  CostTotals totals;
  const auto spent = find_double(snapshot, "spent_usd");
  if (!spent) return invalid("the cost totals of a snapshot are damaged");
  totals.spent_usd_ = *spent;
  TRY(totals.calls_, need_int(snapshot, "calls"));
  TRY(totals.unpriced_calls_, need_int(snapshot, "unpriced_calls"));
  TRY(totals.input_, need_int(snapshot, "input"));
  TRY(totals.cached_, need_int(snapshot, "cached"));
  TRY(totals.cache_write_, need_int(snapshot, "cache_write"));
  TRY(totals.output_, need_int(snapshot, "output"));
  TRY(totals.reasoning_, need_int(snapshot, "reasoning"));
  return totals;
}

}  // namespace coditect::workspace
