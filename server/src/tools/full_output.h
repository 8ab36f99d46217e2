#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "tools/sandbox/bounded_output.h"

namespace coditect::tools {

/// Of one output no more is kept to be read on; the answer says where it ends.
inline constexpr std::size_t kKeptOutputBytesMax = 4u << 20;

/// The beginning of what a command prints, as it comes: what an answer leaves out is in it.
///
/// Threads: one at a time.
class FullOutput {
 public:
  using Hear = std::function<void(std::string_view chunk)>;

  void append(std::string_view chunk) {
    text_ += chunk.substr(0, kKeptOutputBytesMax - std::min(kKeptOutputBytesMax, text_.size()));
  }
  /// A listener that keeps what it hears and passes it on to `next`. This outlives it.
  Hear listener(Hear next) {
    return [this, next = std::move(next)](std::string_view chunk) {
      append(chunk);
      if (next) next(chunk);
    };
  }
  /// As valid UTF-8.
  std::string text() const { return to_valid_utf8(text_); }

 private:
  std::string text_;
};

}  // namespace coditect::tools
