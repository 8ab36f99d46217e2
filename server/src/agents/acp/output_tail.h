#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>

namespace coditect::agents::acp {

/// The end of what a command has printed, as the protocol wants it: cut at its beginning.
///
/// Threads: any.
class OutputTail {
 public:
  struct Text {
    std::string text;  ///< valid UTF-8
    bool truncated = false;
  };

  explicit OutputTail(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  void append(std::string_view chunk);
  Text text() const;

 private:
  const std::size_t bytes_max_;
  mutable std::mutex mutex_;
  std::string tail_;  // guarded by mutex_; at most twice bytes_max_
  bool cut_ = false;  // guarded by mutex_
};

}  // namespace coditect::agents::acp
