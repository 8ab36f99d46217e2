#include "api/rpc/method_table.h"
#include "api/rpc/params.h"

namespace coditect::api {

namespace {

/// In this version agents work inside the sandbox without asking, so nothing is ever open.
awaitable<Result<json::value>> list(MethodCall) {
  co_return json::object{{"approvals", json::array{}}};
}

awaitable<Result<json::value>> answer(MethodCall call) {
  const std::string decision = text_param(call.params, "decision");
  if (decision != "allow" && decision != "deny") {
    co_return invalid("'" + decision + "' is not a decision", "use allow or deny");
  }
  co_return not_found("there is no open approval '" + text_param(call.params, "id") + "'",
                      "approvals.list names those that are open");
}

}  // namespace

std::vector<Method> approval_methods() {
  return {
      {"approvals.list",
       "What agents wait for a person to allow.",
       {},
       "{approvals: [...]}",
       once_durable<list>},
      {"approvals.answer",
       "Allows or denies what an agent asked for.",
       {{"id", "string", kRequired, "the approval's id"},
        {"decision", "string", kRequired, "allow or deny"},
        {"note", "string", kOptional, "why, for the agent"}},
       "{}",
       answer},
  };
}

}  // namespace coditect::api
