#pragma once

#include <boost/asio/local/stream_protocol.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "async/async_mutex.h"
#include "async/strand.h"
#include "base/posix_file.h"
#include "base/result.h"

namespace coditect::agents::acp {

/// Lines of text over a stream socket, both ways.
///
/// Threads:    one strand. One read() at a time; write() may be called by several.
/// Invariants: lines that are written do not mix.
/// Errors:     after the first one of read() it must not be called again.
class LineStream {
 public:
  /// Errc::kUnavailable for what is no stream socket.
  static Result<std::unique_ptr<LineStream>> open(const Strand& strand,
                                                  const FileDescriptor& socket,
                                                  std::size_t line_bytes_max);

  /// The next line without its end; nothing where the other side has closed its own, what it wrote
  /// after its last line end included. Errc::kLimit for a line that is too long.
  awaitable<Result<std::optional<std::string>>> read();
  /// Returns when the kernel has the line. `line` holds no line end.
  awaitable<Result<void>> write(std::string line);
  /// Tells the other side that nothing more comes; what it says is still read.
  void end();
  /// Ends every read and write.
  void close();

 private:
  using Socket = asio::local::stream_protocol::socket;

  LineStream(const Strand& strand, Socket socket, std::size_t line_bytes_max);

  // Constant after construction.
  const std::size_t line_bytes_max_;
  // Touched only on the strand.
  Socket socket_;
  AsyncMutex writing_;
  std::string read_;        ///< and not given out
  std::size_t begin_ = 0;   ///< of what is not given out, in read_
  std::size_t looked_ = 0;  ///< up to here there is no line end
};

}  // namespace coditect::agents::acp
