#pragma once

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>

#include <chrono>
#include <string>

#include "async/strand.h"
#include "base/result.h"

namespace coditect::net {

/// A connection's bytes: the socket and what was read from it but not yet used.
///
/// Threads:  one strand.
/// Errors:   Errc::kUnavailable from write() when the client is gone or does not read.
struct HttpTransport {
  boost::beast::tcp_stream stream;
  boost::beast::flat_buffer buffer;
  std::chrono::milliseconds write_time;

  /// Returns when the kernel has all of `bytes`. Fails when the client takes nothing for
  /// write_time; the socket is then closed.
  awaitable<Result<void>> write(std::string bytes);
  /// Closes the socket; whatever is outstanding on it fails.
  void close();
};

}  // namespace coditect::net
