#pragma once

#include "async/strand.h"
#include "net/http.h"
#include "registry/registry.h"
#include "workspace/node_services.h"

namespace coditect::api {

/// Says whether the server can do its work: journal, store, and every database of a workspace.
///
/// Threads:  any.
/// Lifetime: its parts outlive it.
class Health {
 public:
  Health(registry::Registry& registry, const workspace::NodeServices& services,
         std::string sandbox);

  /// 200 or 503 with {status, journal, store, sandbox, databases: {name: "ok"}, workspaces}. The
  /// databases are those of one workspace that is awake; where none is, of an empty one.
  awaitable<net::Response> check();

 private:
  registry::Registry& registry_;
  const workspace::NodeServices& services_;
  const std::string sandbox_;
};

}  // namespace coditect::api
