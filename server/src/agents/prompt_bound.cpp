#include "agents/prompt_bound.h"

#include <algorithm>

namespace coditect::agents {

std::int64_t PromptBound::tokens(std::int64_t bytes) const {
  return known_tokens_ + std::max<std::int64_t>(0, bytes - known_bytes_);
}

void PromptBound::learn(std::int64_t bytes, std::int64_t tokens) {
  if (tokens <= 0) return;
  known_bytes_ = bytes;
  known_tokens_ = tokens;
}

}  // namespace coditect::agents
