#pragma once

#include <cstdint>
#include <string>

#include "async/strand.h"
#include "base/result.h"

namespace coditect::net {

/// Reasons to close a WebSocket (RFC 6455 section 7.4.1).
enum class CloseCode : std::uint16_t {
  kNormal = 1000,
  kGoingAway = 1001,
  kProtocolError = 1002,
  kUnsupportedData = 1003,
  kInvalidText = 1007,
  kPolicy = 1008,
  kTooBig = 1009,
  kInternal = 1011,
  kTryAgainLater = 1013,
};

/// The server's end of one WebSocket: text messages both ways, no compression.
///
/// Threads:    the connection's strand, on which Handler::websocket() runs; strand() names it. The
///             usual shape is a reader and a writer coroutine in a TaskGroup on that strand, with a
///             BoundedQueue between the writer and whoever posts to the strand.
/// Lifetime:   belongs to the server; valid until websocket() returns.
/// Invariants: at most one read(), one write() and one close() are outstanding. Keep a read() out:
///             pings, pongs and the closing handshake are answered inside it, and a client that is
///             not heard for limits::kSocketSilenceMax is dropped. It is pinged at half that time.
/// Errors:     Errc::kUnavailable once the connection is closed, by whichever side; its message
///             says which and why.
/// Cancelling: end a reader or a writer by calling close(), not by cancelling its coroutine alone.
class WebSocket {
 public:
  virtual ~WebSocket() = default;

  /// The next text message. A binary one closes the socket with 1003, one beyond
  /// limits::kSocketMessageBytesMax with 1009, one that is not UTF-8 with 1007.
  virtual awaitable<Result<std::string>> read() = 0;
  /// Sends one text message, which must be UTF-8; waits while the client does not read.
  virtual awaitable<Result<void>> write(std::string text) = 0;
  /// Says goodbye and returns when the client has answered or limits::kHttpHeaderTimeMax have
  /// passed; read() then fails. Does nothing when the socket is closed already. `reason` is cut to
  /// the 123 bytes that a close frame holds.
  virtual awaitable<void> close(CloseCode code, std::string reason) = 0;

  virtual bool is_open() const = 0;
  /// The subprotocol that Handler::upgrade() chose, or "".
  virtual const std::string& subprotocol() const = 0;
  virtual const Strand& strand() const = 0;
};

}  // namespace coditect::net
