#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace coditect::tools {

/// Keeps the beginning and the end of a stream of any length in bounded memory.
///
/// Threads:    one at a time.
/// Invariants: head_ and tail_ hold at most half of `bytes_max` each (tail_ briefly twice that).
class BoundedOutput {
 public:
  explicit BoundedOutput(std::size_t bytes_max);

  void append(std::string_view chunk);
  /// What was kept, as valid UTF-8: where something was left out, one line in its place says how
  /// much. No sequence is cut; what is not UTF-8 becomes U+FFFD. At most 3 × bytes_max + 100 bytes,
  /// and bytes_max + 100 for input that is valid UTF-8.
  std::string text() const;
  std::size_t total_bytes() const { return total_; }
  bool truncated() const { return total_ > head_max_ + tail_max_; }

 private:
  const std::size_t head_max_;
  const std::size_t tail_max_;
  std::size_t total_ = 0;
  std::string head_;
  std::string tail_;  ///< its last tail_max_ bytes count
};

/// `text` as BoundedOutput keeps it.
std::string truncate_middle(std::string_view text, std::size_t bytes_max);

/// `text` with every byte that is not part of valid UTF-8 replaced by U+FFFD, and NUL by a space.
std::string to_valid_utf8(std::string_view text);

/// The length of the longest prefix of `text`, at most `bytes_max`, that ends between characters.
std::size_t utf8_prefix(std::string_view text, std::size_t bytes_max);

}  // namespace coditect::tools
