#include "api/rpc/attachment.h"
#include "api/rpc/method_table.h"

namespace coditect::api {

namespace {

awaitable<Result<json::value>> list(MethodCall call) {
  co_return json::object{{"agents", agent_rows(call.workspace)}};
}

}  // namespace

std::vector<Method> agent_methods() {
  return {
      {"agents.list",
       "The workspace's agents and what each is doing.",
       {},
       "{agents: [{name, provider, model, role?, takes_images?: false, simulated, state, task?, "
       "waits_for?, paused?: [task]}]}",
       once_durable<list>},
  };
}

}  // namespace coditect::api
