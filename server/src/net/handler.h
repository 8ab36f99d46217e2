#pragma once

#include <optional>
#include <string>
#include <variant>

#include "async/strand.h"
#include "net/http.h"
#include "net/request_body.h"
#include "net/response_stream.h"
#include "net/web_socket.h"

namespace coditect::net {

/// Consent to a WebSocket upgrade.
struct AcceptUpgrade {
  std::string subprotocol;  ///< one of those offered, or "" to name none
};
using UpgradeAnswer = std::variant<AcceptUpgrade, Response>;

/// What a Server serves: implemented by whoever owns the routes.
///
/// Threads:  called on the strand of each connection, so from several threads at once.
/// Lifetime: outlives the Server.
/// Errors:   an exception that leaves a handler is logged and answered with 500.
class Handler {
 public:
  virtual ~Handler() = default;

  /// Called when the header is read and before the body is: a refused request's body is never
  /// kept. A Response refuses. The place for authentication, Host, Origin and smaller limits.
  virtual std::optional<Response> authorize_head(const RequestHead& head) = 0;

  /// Answers a request, either by a Response or through `stream`; nothing says that the stream
  /// was used. A stream left unfinished is aborted.
  virtual awaitable<std::optional<Response>> handle(Request request, ResponseStream& stream) = 0;

  /// Whether a request that authorize_head() let pass goes to receive(), its body unread, in place
  /// of handle(). No by default.
  virtual bool receives(const RequestHead& head) const;
  /// Answers a request while its body comes. Where the answer is there before the body's end, the
  /// connection is closed after it.
  virtual awaitable<std::optional<Response>> receive(RequestHead head, RequestBody& body,
                                                     ResponseStream& stream);

  /// Decides about an upgrade that authorize_head() let pass. Refuses with 404 by default.
  virtual awaitable<UpgradeAnswer> upgrade(const RequestHead& head);
  /// Talks until the socket is closed; one that is still open on return is closed with 1000.
  virtual awaitable<void> websocket(Request request, WebSocket& socket);
};

}  // namespace coditect::net
