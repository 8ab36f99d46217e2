#include "workspace/state/cost_totals.h"

namespace coditect::workspace {

namespace {

constexpr std::string_view kWorkspace = "workspace";

json::object dollars_json(const std::map<std::string, double, std::less<>>& dollars) {
  json::object object;
  for (const auto& [name, amount] : dollars) object[name] = amount;
  return object;
}

void read_dollars(const json::object& snapshot, std::string_view key,
                  std::map<std::string, double, std::less<>>& into) {
  const json::object* object = find_object(snapshot, key);
  if (object == nullptr) return;
  for (const auto& [name, value] : *object) {
    if (value.is_number()) into[name] = value.to_number<double>();
  }
}

}  // namespace

void CostTotals::apply(const Event& event) {
  if (event.type == "budget_set") {
    const auto scope = find_string(event.data, "scope");
    const auto limit = find_double(event.data, "limit_usd");
    if (scope && limit) budgets_[*scope] = *limit;
    if (scope && !limit) budgets_.erase(*scope);
    return;
  }
  if (event.type != "usage_recorded") return;
  ++calls_;
  input_ += find_int(event.data, "input").value_or(0);
  cached_ += find_int(event.data, "cached").value_or(0);
  cache_write_ += find_int(event.data, "cache_write").value_or(0);
  output_ += find_int(event.data, "output").value_or(0);
  reasoning_ += find_int(event.data, "reasoning").value_or(0);
  if (const auto cost = find_double(event.data, "cost_usd")) {
    spent_usd_ += *cost;
    spent_by_agent_[find_string(event.data, "agent").value_or("")] += *cost;
  } else {
    ++unpriced_calls_;
  }
}

bool CostTotals::has_budget(std::string_view agent) const {
  return budgets_.contains(kWorkspace) || budgets_.contains("agent:" + std::string(agent));
}

Result<void> CostTotals::check_budget(std::string_view agent, double more_usd,
                                      double reserved_usd) const {
  const auto check_scope = [&](std::string_view scope, double spent) -> Result<void> {
    const auto limit = budgets_.find(scope);
    if (limit == budgets_.end() || spent + reserved_usd + more_usd <= limit->second) return {};
    return Error{Errc::kBudget,
                 "the next call could pass the budget of " + std::string(scope) + ": " +
                     std::to_string(spent) + " of " + std::to_string(limit->second) +
                     " USD are spent",
                 "raise it with cost.set_budget, then retry the task"};
  };
  TRY_VOID(check_scope(kWorkspace, spent_usd_));
  const auto spent = spent_by_agent_.find(agent);
  return check_scope("agent:" + std::string(agent),
                     spent == spent_by_agent_.end() ? 0 : spent->second);
}

json::object CostTotals::to_json() const {
  return {{"spent_usd", spent_usd_},
          {"calls", calls_},
          {"unpriced_calls", unpriced_calls_},
          {"input", input_},
          {"cached", cached_},
          {"cache_write", cache_write_},
          {"output", output_},
          {"reasoning", reasoning_},
          {"agents", dollars_json(spent_by_agent_)},
          {"budgets", dollars_json(budgets_)}};
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
  read_dollars(snapshot, "agents", totals.spent_by_agent_);
  read_dollars(snapshot, "budgets", totals.budgets_);
  TRY(totals.reasoning_, need_int(snapshot, "reasoning"));
  return totals;
}

}  // namespace coditect::workspace
