#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace coditect::archive {

/// Reads one file line by line, from an offset on, through a buffer.
///
/// Threads:    one at a time.
/// Lifetime:   `fd` stays open while the reader is used.
/// Errors:     Errc::kInternal for a line longer than an event may be; those of the disk.
class LineReader {
 public:
  LineReader(int fd, std::uint64_t offset) : fd_(fd), read_to_(offset), next_(offset) {}

  /// The next line without its newline, valid until the next call; nothing at the end of the file.
  Result<std::optional<std::string_view>> next();
  /// Where the line that next() gives begins.
  std::uint64_t next_offset() const { return next_; }
  /// The bytes after the last newline, once next() gave nothing: a line that is not complete.
  std::string_view unterminated() const { return std::string_view(buffer_).substr(begin_); }

 private:
  const int fd_;
  std::uint64_t read_to_;  ///< file offset of the byte after the buffer
  std::uint64_t next_;
  std::string buffer_;
  std::size_t begin_ = 0;  ///< of what is not yet given, in the buffer
};

}  // namespace coditect::archive
