#pragma once

#include <memory>
#include <optional>
#include <string>

#include "api/rpc/json_rpc.h"
#include "api/rpc/method_table.h"
#include "registry/registry.h"

namespace coditect::api {

/// Finds the method of a call, checks who calls and what it is given, wakes the workspace and runs
/// it there. Roles are honoured here and in ApiHandler, by the columns of the two tables.
///
/// Threads:  any.
/// Lifetime: registry and methods outlive it.
/// Errors:   become JSON-RPC errors; a call never throws.
class Dispatcher {
 public:
  Dispatcher(registry::Registry& registry, const MethodTable& methods);

  registry::Registry& registry() { return registry_; }
  const MethodTable& methods() const { return methods_; }

  /// The response; nothing for a notification. `gone` is requested when nobody waits for it any
  /// more: what only reads then ends early.
  awaitable<std::optional<json::object>> call(WorkspaceId workspace, RpcCall call, Caller caller,
                                              std::stop_token gone = {});
  /// Runs `operation` in the workspace, waking it where it sleeps, also when it falls asleep in
  /// between.
  awaitable<Result<json::value>> perform(WorkspaceId workspace,
                                         workspace::Workspace::Operation operation);

 private:
  awaitable<Result<json::value>> run(WorkspaceId workspace, const Method& method,
                                     json::object params, Caller caller, std::stop_token gone);

  registry::Registry& registry_;
  const MethodTable& methods_;
};

}  // namespace coditect::api
