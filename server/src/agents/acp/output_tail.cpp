#include "agents/acp/output_tail.h"

#include "tools/sandbox/bounded_output.h"

namespace coditect::agents::acp {

void OutputTail::append(std::string_view chunk) {
  const std::lock_guard lock(mutex_);
  tail_ += chunk;
  if (tail_.size() <= 2 * bytes_max_) return;
  tail_.erase(0, tail_.size() - bytes_max_);
  cut_ = true;
}

OutputTail::Text OutputTail::text() const {
  const std::lock_guard lock(mutex_);
  const bool long_tail = tail_.size() > bytes_max_;
  std::string_view kept = tail_;
  if (long_tail) kept.remove_prefix(kept.size() - bytes_max_);
  const bool cut = cut_ || long_tail;
  // Not in the middle of a character.
  while (cut && !kept.empty() && (static_cast<unsigned char>(kept.front()) & 0xC0) == 0x80) {
    kept.remove_prefix(1);
  }
  return {tools::to_valid_utf8(kept), cut};
}

}  // namespace coditect::agents::acp
