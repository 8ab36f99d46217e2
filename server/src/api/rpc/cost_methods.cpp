#include "api/rpc/budget_rows.h"
#include "api/rpc/method_table.h"
#include "api/rpc/params.h"

namespace coditect::api {

namespace {

awaitable<Result<json::value>> summary(MethodCall call) {
  CO_TRY(json::value answer, co_await call.workspace.queries().cost_summary(
                                 optional_text(call.params, "by").value_or("agent")));
  answer.as_object()["budgets"] = budget_rows(call.workspace);
  answer.as_object()["unsettled"] = unsettled_rows(call.workspace);
  // What is reserved is told once it is in the log, as everything else.
  CO_TRY_VOID(co_await call.workspace.log().durable(call.workspace.state().seq));
  co_return answer;
}

/// Errc::kInvalid or kNotFound where no call counts in `scope`.
Result<void> check_scope(const MethodCall& call, std::string_view scope) {
  if (scope == "workspace" || scope == "day") return {};
  const std::string_view name = scope.substr(scope.find(':') + 1);
  if (scope.starts_with("agent:")) {
    if (call.workspace.services().agents.find(name) != nullptr) return {};
    return invalid("there is no agent '" + std::string(name) + "'", "agents.list names them");
  }
  if (scope.starts_with("task:")) {
    if (call.workspace.state().tasks.find(TaskId(std::string(name))) != nullptr) return {};
    return not_found("there is no task '" + std::string(name) + "'", "tasks.list names them");
  }
  return invalid("there is no budget for '" + std::string(scope) + "'",
                 "use workspace, day, agent:NAME or task:ID");
}

awaitable<Result<json::value>> set_budget(MethodCall call) {
  const std::string scope = optional_text(call.params, "scope").value_or("workspace");
  CO_TRY_VOID(check_scope(call, scope));
  const auto limit = find_double(call.params, "limit_usd");
  if (limit && !(*limit >= 0 && *limit <= 1e6)) {
    co_return invalid("'limit_usd' is not between 0 and 1,000,000");
  }
  json::object data{{"scope", scope}};
  if (limit) data["limit_usd"] = *limit;
  CO_TRY(Sequence seq, co_await call.workspace.log().record(
                           {"budget_set", call.actor.name, call.actor.session, {}, data}));
  data["seq"] = seq;
  co_return data;
}

/// Somebody has looked at the vendor's bill.
awaitable<Result<json::value>> settle(MethodCall call) {
  const std::string id = text_param(call.params, "reservation");
  const auto cost = from_usd(find_double(call.params, "cost_usd").value_or(-1));
  const budget::Ledger& ledger = call.workspace.state().budgets;
  const auto found = ledger.books().unsettled().find(id);
  if (found == ledger.books().unsettled().end()) {
    co_return not_found("there is no unsettled reservation '" + id + "'",
                        "cost.summary lists them as unsettled");
  }
  if (!cost || *cost > found->second.amount) {
    co_return invalid("'cost_usd' is not between 0 and what is unsettled, " +
                      usd_text(found->second.amount));
  }
  const std::string task = found->second.task;
  json::object data{
      {"agent", found->second.agent}, {"provider", ""}, {"model", found->second.model}};
  for (const char* tokens : {"input", "cached", "cache_write", "output", "reasoning"}) {
    data[tokens] = 0;
  }
  data["simulated"] = false;
  data["cost_usd"] = to_usd(*cost);
  CO_TRY_VOID(ledger.settle_with(data, id, 0));
  EventDraft draft{"usage_recorded", call.actor.name, call.actor.session, task, std::move(data)};
  CO_TRY(Sequence seq, co_await call.workspace.log().record(std::move(draft)));
  co_return json::object{{"reservation", id}, {"cost_usd", to_usd(*cost)}, {"seq", seq}};
}

}  // namespace

std::vector<Method> cost_methods() {
  return {
      {"cost.summary",
       "What model calls used and cost, and what they may cost. Calls of models without a price "
       "are "
       "counted apart.",
       {{"by", "string", kOptional, "agent, task, model or day"}},
       "{rows: [{key, calls, unpriced_calls, simulated_calls, input, cached, cache_write, output, "
       "reasoning, cost_usd, saved_usd, cached_share}], total, budgets: [{scope, limit_usd?, "
       "spent_usd, reserved_usd, unsettled_usd, left_usd?}], unsettled: [{reservation, agent, "
       "task?, "
       "model, amount_usd, seq}]}",
       once_durable<summary>},
      {"cost.set_budget",
       "Limits what calls may cost from now on. An agent waits before the call that could pass a "
       "limit, and goes on by itself when there is more.",
       {{"scope", "string", kOptional,
         "workspace, where it is absent, day (each UTC day), agent:NAME or task:ID (with the tasks "
         "that it delegates)"},
        {"limit_usd", "number", kOptional, "in dollars; absent: no limit"}},
       "{scope, limit_usd?, seq}",
       set_budget},
      {"cost.settle",
       "Says what a call did cost that broke off and is unsettled since; what it did not cost is "
       "free again.",
       {{"reservation", "string", kRequired, "as cost.summary lists it"},
        {"cost_usd", "number", kRequired, "in dollars, from 0 to what is unsettled"}},
       "{reservation, cost_usd, seq}",
       settle},
  };
}

}  // namespace coditect::api
