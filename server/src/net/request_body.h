#pragma once

#include <string>

#include "async/strand.h"
#include "base/result.h"

namespace coditect::net {

/// A request's body that is taken while it comes: for uploads that nobody keeps whole in memory.
///
/// Threads:  the connection's strand, on which Handler::receive() runs.
/// Lifetime: belongs to the server; valid until receive() returns.
class RequestBody {
 public:
  virtual ~RequestBody() = default;

  /// The next bytes as they come; "" at the end. A client that sends nothing for
  /// ServerOptions::body_time is given up. Errc::kUnavailable once the client is gone, kInvalid for
  /// a body that is malformed; then every later call returns it again.
  virtual awaitable<Result<std::string>> read() = 0;
};

}  // namespace coditect::net
