#pragma once

#include <stop_token>
#include <string>

#include "async/strand.h"
#include "base/result.h"
#include "net/http.h"

namespace coditect::net {

/// An answer that is sent while it is made: Server-Sent Events, long downloads.
///
/// Threads:    the connection's strand, on which Handler::handle() runs; strand() names it. A
///             producer elsewhere hands its chunks over with run_on(stream.strand(), ...) or posts
///             to a queue that a coroutine on that strand drains.
/// Lifetime:   belongs to the server; valid until handle() returns.
/// Invariants: start() once, then any number of write(), then finish() or abort(). One call at a
///             time, except that wait_peer_closed() may be outstanding beside any other.
/// Errors:     Errc::kUnavailable once the client is gone; every later call returns it again.
class ResponseStream {
 public:
  virtual ~ResponseStream() = default;

  /// Sends the status and headers. On return the kernel has them.
  virtual awaitable<Result<void>> start(int status, Headers headers) = 0;
  /// Sends `chunk` at once, as one HTTP chunk; nothing for an empty one. Waits while the client
  /// does not read, at most limits::kHttpWriteTimeMax without progress.
  virtual awaitable<Result<void>> write(std::string chunk) = 0;
  /// Ends the answer; the connection may serve another request.
  virtual awaitable<Result<void>> finish() = 0;
  /// Closes the connection without ending the answer, so that the client sees it break off.
  virtual void abort() = 0;

  /// True once the client has closed its side or the connection is lost. Noticed from start() or
  /// the first call of the two below on, also while nothing is written. A client that pipelines
  /// more than the read buffer holds is only noticed by write().
  virtual bool peer_closed() const = 0;
  /// Returns when peer_closed() is true or the answer has ended.
  virtual awaitable<void> wait_peer_closed() = 0;
  /// For work elsewhere: stopped once peer_closed() is true, not when the answer has ended.
  virtual std::stop_token when_peer_closed() = 0;
  virtual const Strand& strand() const = 0;
};

}  // namespace coditect::net
