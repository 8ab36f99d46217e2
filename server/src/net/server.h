#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "async/strand.h"
#include "base/limits.h"
#include "base/posix_file.h"
#include "base/result.h"
#include "net/handler.h"

namespace coditect::net {

/// Limits of a Server; tests make them small.
struct ServerOptions {
  std::size_t connections_max = limits::kHttpConnectionsMax;
  std::size_t header_bytes_max = limits::kHttpHeaderBytesMax;
  std::size_t body_bytes_max = limits::kHttpBodyBytesMax;
  std::size_t discard_bytes_max = limits::kHttpDiscardBytesMax;
  std::size_t socket_message_bytes_max = limits::kSocketMessageBytesMax;
  std::chrono::milliseconds header_time = limits::kHttpHeaderTimeMax;
  std::chrono::milliseconds body_time = limits::kHttpBodyTimeMax;
  std::chrono::milliseconds idle_time = limits::kHttpIdleTimeMax;
  std::chrono::milliseconds write_time = limits::kHttpWriteTimeMax;
  std::chrono::milliseconds socket_silence = limits::kSocketSilenceMax;
  /// How long close() waits for answers under way before it breaks them off.
  std::chrono::milliseconds close_grace = std::chrono::seconds{5};
};

/// An HTTP/1.1 server with WebSockets: keep-alive, pipelining, chunked bodies both ways.
///
/// TLS is not spoken here: an edge in front terminates it. Listen on a loopback or private address.
///
/// Threads:    any; each connection has its own strand on `executor`.
/// Lifetime:   await close() before destroying it, while the executor still runs. The Handler
///             outlives it.
/// Invariants: at most connections_max connections; the next one is answered 503 and closed.
/// Errors:     a request that breaks a rule is answered with problem+json and, where the rest of
///             the input cannot be trusted, the connection is closed: 400 malformed, 413 body,
///             417 expectation, 431 header. One that is too slow is closed without an answer.
class Server {
 public:
  /// Listens on "HOST:PORT" or "[IPv6]:PORT"; port 0 picks a free one. Connections are served from
  /// the return on. Errc::kInvalid for an address that makes no sense, Errc::kUnavailable when it
  /// cannot be bound.
  static Result<std::unique_ptr<Server>> listen(asio::any_io_executor executor,
                                                std::string_view address, Handler& handler,
                                                ServerOptions options = {});
  /// The same on a socket that listens already: on IPv4, in any network namespace.
  static Result<std::unique_ptr<Server>> serve(asio::any_io_executor executor,
                                               const FileDescriptor& listener, Handler& handler,
                                               ServerOptions options = {});
  ~Server();

  std::uint16_t port() const;
  /// "http://HOST:PORT" as a client on this machine would write it.
  const std::string& url() const;

  /// Stops listening, closes idle connections, closes WebSockets with 1001, gives answers under way
  /// close_grace to end, then closes their sockets. A handler that still has not returned after
  /// another close_grace is cancelled, so one that owns a TaskGroup must end when its socket does.
  /// On return no coroutine of the server runs.
  awaitable<void> close();

 private:
  class Impl;
  explicit Server(std::shared_ptr<Impl> impl);

  std::shared_ptr<Impl> impl_;
};

}  // namespace coditect::net
