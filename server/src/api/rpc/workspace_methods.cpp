#include "api/rpc/attachment.h"
#include "api/rpc/method_table.h"

namespace coditect::api {

namespace {

/// Over HTTP there is nobody to send events to: the answer is the state alone. On a WebSocket the
/// session adds the stream (socket_session.h).
awaitable<Result<json::value>> attach(MethodCall call) {
  return attachment_when_durable(call.workspace, std::move(call.caller));
}

}  // namespace

std::vector<Method> workspace_methods() {
  return {
      {"workspace.attach",
       "The workspace's state and, on a WebSocket, every event from there on.",
       {{"resume_from", "integer", kOptional, "the last event you have; what follows it is sent"},
        {"pace_ms", "integer", kOptional,
         "on a WebSocket: events come together, with so long between; 1000 at most"}},
       "{workspace, session, head, agents, locks, tasks, cost, approvals, approval_policy, "
       "you {name, actor, role, connection}, resync?}",
       attach},
  };
}

}  // namespace coditect::api
