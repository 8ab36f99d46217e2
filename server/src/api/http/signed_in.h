#pragma once

#include "api/rpc/dispatcher.h"
#include "net/http.h"
#include "registry/registry.h"

namespace coditect::api {

/// Answers a browser that comes back from signing in to an MCP server. The state that it brings
/// names the workspace; a workspace that sleeps waits for nobody, and is not woken.
awaitable<net::Response> signed_in(registry::Registry& registry, Dispatcher& dispatcher,
                                   const net::Request& request);

}  // namespace coditect::api
