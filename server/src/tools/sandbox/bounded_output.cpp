#include "tools/sandbox/bounded_output.h"

#include <algorithm>

namespace coditect::tools {

namespace {

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0u) == 0x80u; }

/// The length of the well-formed sequence (Unicode 15, table 3-7) at the start of `text`; 0 when
/// there is none.
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  if (first < 0xC2 || first > 0xF4) return 0;
  const std::size_t length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  if (text.size() < length) return 0;
  for (std::size_t at = 1; at < length; ++at) {
    if (!is_continuation(text[at])) return 0;
  }
  if (first == 0xE0 && byte(1) < 0xA0) return 0;  // overlong
  if (first == 0xED && byte(1) > 0x9F) return 0;  // surrogate
  if (first == 0xF0 && byte(1) < 0x90) return 0;  // overlong
  if (first == 0xF4 && byte(1) > 0x8F) return 0;  // beyond U+10FFFF
  return length;
}

}  // namespace

std::size_t utf8_prefix(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text.size();
  std::size_t end = bytes_max;
  // A sequence has at most three continuation bytes; more of them are not UTF-8 and may be cut.
  for (int back = 0; back < 4 && end > 0 && is_continuation(text[end]); ++back) --end;
  return is_continuation(text[end]) ? bytes_max : end;
}

std::string to_valid_utf8(std::string_view text) {
  std::string valid;
  valid.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    if (length == 0) {
      valid += "\xEF\xBF\xBD";
    } else if (text[0] == '\0') {
      valid += ' ';
    } else {
      valid += text.substr(0, length);
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return valid;
}

BoundedOutput::BoundedOutput(std::size_t bytes_max)
    : head_max_(bytes_max / 2), tail_max_(bytes_max - bytes_max / 2) {}

void BoundedOutput::append(std::string_view chunk) {
  total_ += chunk.size();
  const std::size_t to_head = std::min(chunk.size(), head_max_ - head_.size());
  head_ += chunk.substr(0, to_head);
  chunk.remove_prefix(to_head);
  if (chunk.size() > tail_max_) chunk.remove_prefix(chunk.size() - tail_max_);
  tail_ += chunk;
  // Dropping the old bytes only when they are as many as the kept ones makes the cost linear.
  if (tail_.size() > 2 * tail_max_) tail_.erase(0, tail_.size() - tail_max_);
}

std::string BoundedOutput::text() const {
  std::string_view tail = tail_;
  if (!truncated()) return to_valid_utf8(head_ + tail_);
  if (tail.size() > tail_max_) tail.remove_prefix(tail.size() - tail_max_);
  std::string_view head = head_;
  // An unfinished sequence at the end of the head goes; so does the rest of one before the tail.
  for (std::size_t back = 1; back <= 3 && back <= head.size(); ++back) {
    const char byte = head[head.size() - back];
    if (is_continuation(byte)) continue;
    if (sequence_length(head.substr(head.size() - back)) == 0) head.remove_suffix(back);
    break;
  }
  for (int skipped = 0; skipped < 3 && !tail.empty() && is_continuation(tail[0]); ++skipped) {
    tail.remove_prefix(1);
  }
  const std::size_t left_out = total_ - head.size() - tail.size();
  std::string text = to_valid_utf8(head);
  if (!text.empty() && text.back() != '\n') text += '\n';
  text += "[... " + std::to_string(left_out) + " bytes left out here ...]\n";
  return text + to_valid_utf8(tail);
}

std::string truncate_middle(std::string_view text, std::size_t bytes_max) {
  BoundedOutput output(bytes_max);
  output.append(text);
  return output.text();
}

}  // namespace coditect::tools
