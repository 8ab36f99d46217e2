#pragma once

#include <string>
#include <string_view>

namespace coditect::tools {

/// Makes chunks of valid UTF-8 out of bytes that are cut anywhere: the beginning of a character
/// waits for the rest of it.
///
/// Threads:    one at a time.
/// Invariants: carry_ is at most three bytes, the beginning of a sequence that may become whole.
class Utf8Chunks {
 public:
  /// What can be passed on now. What is not UTF-8 becomes U+FFFD; NUL, which terminals ignore,
  /// goes.
  std::string next(std::string_view bytes);
  /// What is left at the end of the stream.
  std::string finish();

 private:
  std::string carry_;
};

}  // namespace coditect::tools
