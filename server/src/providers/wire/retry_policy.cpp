#include "providers/wire/retry_policy.h"

#include <algorithm>

#include "base/check.h"

namespace coditect::providers {

namespace {

using std::chrono::milliseconds;

/// A number in [0, most].
milliseconds up_to(milliseconds most, std::uint64_t random) {
  const auto bound = static_cast<std::uint64_t>(most.count()) + 1;
  return milliseconds{static_cast<std::int64_t>(random % bound)};
}

int attempts_max(const RetryPolicy& policy, ProviderError::Kind kind) {
  using Kind = ProviderError::Kind;
  if (kind == Kind::kOverloaded || kind == Kind::kRateLimited)
    return policy.overloaded_attempts_max;
  if (kind == Kind::kTimeout) return policy.timed_out_attempts_max;
  return policy.attempts_max;
}

milliseconds backoff(const RetryPolicy& policy, int attempts) {
  milliseconds delay = policy.backoff_first;
  for (int doubled = 1; doubled < attempts && delay < policy.backoff_max; ++doubled) delay *= 2;
  return std::min(delay, policy.backoff_max);
}

}  // namespace

RetryPolicy RetryPolicy::with_fallback() const {
  RetryPolicy policy = *this;
  policy.attempts_max = std::min(attempts_max, limits::kModelAttemptsBeforeFallback);
  policy.overloaded_attempts_max = policy.attempts_max;
  policy.timed_out_attempts_max = 1;
  policy.wish_max = std::min<milliseconds>(wish_max, limits::kModelWaitBeforeFallback);
  policy.long_wish = LongWish::kGiveUp;
  policy.open_circuit = OpenCircuit::kGiveUp;
  return policy;
}

std::optional<milliseconds> next_delay(const RetryPolicy& policy, int attempts,
                                       const ProviderError& error, std::uint64_t random) {
  check(attempts >= 1, "a delay follows an attempt");
  if (!error.retryable || attempts >= attempts_max(policy, error.kind)) return std::nullopt;
  if (error.code == kCircuitOpen && policy.open_circuit == OpenCircuit::kGiveUp) {
    return std::nullopt;
  }
  if (error.retry_after) {
    const milliseconds wish = *error.retry_after;
    if (wish <= policy.wish_max) return wish + up_to(wish / 8, random);
    if (policy.long_wish == LongWish::kGiveUp) return std::nullopt;
  }
  const milliseconds delay = backoff(policy, attempts);
  return delay - up_to(delay / 4, random);
}

}  // namespace coditect::providers
