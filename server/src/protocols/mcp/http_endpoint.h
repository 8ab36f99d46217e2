#pragma once

#include <memory>
#include <optional>

#include "async/strand.h"
#include "net/http.h"
#include "net/response_stream.h"
#include "protocols/mcp/server.h"

namespace coditect::mcp {

/// Streamable HTTP: POST sends one message, GET listens, DELETE ends a session. An answer that is
/// there soon is one JSON object; otherwise it is a stream of events. A client that leaves a
/// stream cancels a modern request; a legacy one may come back for the rest.
///
/// Who may ask, Host, Origin and the size of a body are the caller's matter.
///
/// Threads:  any; handle() runs on its connection's strand.
/// Lifetime: the server outlives it.
class HttpEndpoint {
 public:
  explicit HttpEndpoint(Server& server) : server_(server) {}

  /// Answers a request of one of the three methods; nothing says that `out` was used.
  awaitable<std::optional<net::Response>> handle(net::Request request, net::ResponseStream& out,
                                                 Mount mount);

 private:
  Server& server_;
};

}  // namespace coditect::mcp
