#include "api/rpc/method_table.h"
#include "api/rpc/params.h"

namespace coditect::api {

namespace {

awaitable<Result<json::value>> summary(MethodCall call) {
  co_return co_await call.workspace.queries().cost_summary(
      optional_text(call.params, "by").value_or("agent"));
}

constexpr auto kOptional = Parameter::Need::kOptional;

}  // namespace

std::vector<Method> cost_methods() {
  return {
      {"cost.summary",
       "What model calls used and cost. Calls of models without a price are counted apart.",
       {{"by", "string", kOptional, "agent, task, model or day"}},
       "{rows: [{key, calls, unpriced_calls, input, cached, cache_write, output, reasoning, "
       "cost_usd}], total}",
       summary},
  };
}

}  // namespace coditect::api
