#include "api/rpc/method_table.h"
#include "api/rpc/params.h"

namespace coditect::api {

namespace {

awaitable<Result<json::value>> summary(MethodCall call) {
  co_return co_await call.workspace.queries().cost_summary(
      optional_text(call.params, "by").value_or("agent"));
}

awaitable<Result<json::value>> set_budget(MethodCall call) {
  const std::string scope = optional_text(call.params, "scope").value_or("workspace");
  const std::string_view agent = std::string_view(scope).substr(scope.find(':') + 1);
  const bool of_agent =
      scope.starts_with("agent:") && call.workspace.services().agents.find(agent) != nullptr;
  if (scope != "workspace" && !of_agent) {
    co_return invalid("there is no budget for '" + scope + "'", "use workspace or agent:NAME");
  }
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

}  // namespace

std::vector<Method> cost_methods() {
  return {
      {"cost.summary",
       "What model calls used and cost. Calls of models without a price are counted apart.",
       {{"by", "string", kOptional, "agent, task, model or day"}},
       "{rows: [{key, calls, unpriced_calls, input, cached, cache_write, output, reasoning, "
       "cost_usd}], total}",
       summary},
      {"cost.set_budget",
       "Limits what calls may cost from now on; an agent stops before the call that could pass it.",
       {{"scope", "string", kOptional, "workspace, where it is absent, or agent:NAME"},
        {"limit_usd", "number", kOptional, "in dollars; absent: no limit"}},
       "{scope, limit_usd?, seq}",
       set_budget},
  };
}

}  // namespace coditect::api
