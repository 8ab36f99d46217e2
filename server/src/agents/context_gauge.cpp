#include "agents/context_gauge.h"

#include <algorithm>

#include "agents/compaction_limits.h"

namespace coditect::agents {

namespace {

constexpr std::int64_t kBytesPerToken = 3;
constexpr std::int64_t kHundredths = 100;

}  // namespace

void ContextGauge::learn(std::int64_t bytes, std::int64_t tokens) {
  if (tokens <= 0 || bytes <= 0) return;
  counted_bytes_ = bytes;
  counted_tokens_ = tokens;
  if (compacted_from_ > 0 && counted_after_ == 0) counted_after_ = tokens;
}

std::int64_t ContextGauge::estimate(std::int64_t bytes) const {
  if (bytes < counted_bytes_) {
    const double share = static_cast<double>(bytes) / static_cast<double>(counted_bytes_);
    return static_cast<std::int64_t>(share * static_cast<double>(counted_tokens_));
  }
  return counted_tokens_ + (bytes - counted_bytes_) / kBytesPerToken;
}

bool ContextGauge::is_near(std::int64_t tokens, std::int64_t output_tokens,
                           std::int64_t window_tokens) {
  const std::int64_t share = window_tokens / kHundredths * limits::kWindowShareMax;
  return tokens > std::min(share, window_tokens - output_tokens);
}

bool ContextGauge::is_enough(std::int64_t before, std::int64_t after) {
  return after * kHundredths <= before * limits::kCompactedShareMax;
}

void ContextGauge::compacted(std::int64_t before) {
  compacted_from_ = before;
  counted_after_ = 0;
}

bool ContextGauge::is_stuck() const {
  return compacted_from_ > 0 && counted_after_ > 0 && !is_enough(compacted_from_, counted_after_);
}

}  // namespace coditect::agents
