#include "api/rpc/dispatcher.h"

#include "base/log.h"

namespace coditect::api {

namespace {

constexpr int kWakeAttemptsMax = 5;

/// Runs a method's handler on the workspace's strand, as somebody's action in its session.
workspace::Workspace::Operation operation_of(MethodHandler handler, json::object params,
                                             Caller caller, std::stop_token gone) {
  return [handler, params = std::move(params), caller = std::move(caller),
          gone = std::move(gone)](workspace::Workspace& workspace) {
    workspace.keep_session(caller.actor);
    return handler(
        MethodCall{workspace, {caller.actor, workspace.session(), {}}, params, caller, gone});
  };
}

Result<void> check_role(const Method& method, Role role) {
  if (may(role, method.role)) return {};
  const std::string has(to_string(role)), needs(to_string(method.role));
  return Error{Errc::kDenied, "who is a " + has + " may not call " + std::string(method.name),
               "it takes the role " + needs + ": an owner of this server can invite you as one"};
}

}  // namespace

Dispatcher::Dispatcher(registry::Registry& registry, const MethodTable& methods)
    : registry_(registry), methods_(methods) {}

awaitable<std::optional<json::object>> Dispatcher::call(WorkspaceId workspace, RpcCall call,
                                                        Caller caller, std::stop_token gone) {
  const json::value id = call.id.value_or(nullptr);
  const Method* method = methods_.find(call.method);
  std::optional<json::object> response;
  if (method == nullptr) {
    response = rpc_error(id, RpcCode::kMethodNotFound, "there is no method '" + call.method + "'",
                         "not_found", "/openrpc.json lists the methods");
  } else {
    auto result = co_await run(std::move(workspace), *method, std::move(call.params),
                               std::move(caller), std::move(gone));
    response = result ? rpc_result(id, *std::move(result)) : rpc_error(id, result.error());
  }
  if (!call.id) response.reset();
  co_return response;
}

awaitable<Result<json::value>> Dispatcher::run(WorkspaceId workspace, const Method& method,
                                               json::object params, Caller caller,
                                               std::stop_token gone) {
  CO_TRY_VOID(check_role(method, caller.role));
  CO_TRY_VOID(check_parameters(method, params));
  auto operation =
      operation_of(method.handler, std::move(params), std::move(caller), std::move(gone));
  try {
    co_return co_await perform(std::move(workspace), std::move(operation));
  } catch (const std::exception& error) {
    spdlog::error("{} broke down: {}", method.name, error.what());
    co_return internal(std::string(method.name) + " broke down",
                       "this is a bug; the server's log has more");
  }
}

awaitable<Result<json::value>> Dispatcher::perform(WorkspaceId workspace,
                                                   workspace::Workspace::Operation operation) {
  for (int attempt = 1;; ++attempt) {
    CO_TRY(std::shared_ptr<workspace::Workspace> awake, co_await registry_.wake(workspace));
    if (attempt == kWakeAttemptsMax) {
      co_return co_await workspace::Workspace::perform(std::move(awake), std::move(operation));
    }
    auto result = co_await workspace::Workspace::perform(awake, operation);
    if (result || !awake->is_closing()) co_return result;
  }
}

}  // namespace coditect::api
