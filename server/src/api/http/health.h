#pragma once

#include <string>
#include <vector>

#include "api/http/component.h"
#include "net/http.h"
#include "registry/registry.h"

namespace coditect::api {

/// Says whether the server can do its work: its components, every database of a workspace, and
/// whether workspaces open.
///
/// Threads:  any.
/// Lifetime: registry and components outlive it.
class Health {
 public:
  Health(registry::Registry& registry, std::vector<Component*> components, std::string sandbox);

  /// {status, COMPONENT: "ok" | "none" | reason, sandbox, databases: {name: "ok" | reason},
  /// workspaces: {all, awake, failed, failures: [{id, reason}]}}. `status` is "ok"; "degraded"
  /// where some workspace cannot be opened or a component says so; "failing", and then the answer
  /// is 503, where no work can be done. The databases are those of one workspace that is awake;
  /// where none is, of an empty one.
  awaitable<net::Response> check();

 private:
  using State = ComponentHealth::State;

  awaitable<State> add_components(json::object& body);
  awaitable<State> add_databases(json::object& body);
  awaitable<State> add_workspaces(json::object& body);

  registry::Registry& registry_;
  const std::vector<Component*> components_;
  const std::string sandbox_;
};

}  // namespace coditect::api
