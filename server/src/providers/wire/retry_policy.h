#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "base/limits.h"
#include "providers/provider_error.h"

namespace coditect::providers {

/// What to do with a vendor's wish to wait longer than the policy's longest.
enum class LongWish {
  kGiveUp,  ///< the caller has better to do: another model, another task
  kIgnore,  ///< back off as if nothing had been said
};

/// When a failed call is tried again.
struct RetryPolicy {
  int attempts_max = limits::kModelAttemptsMax;
  std::chrono::milliseconds backoff_first{500};
  std::chrono::milliseconds backoff_max{8'000};
  std::chrono::milliseconds wish_max = limits::kModelRetryAfterMax;
  LongWish long_wish = LongWish::kGiveUp;
};

/// How long to wait before the next attempt; nothing to give up. `attempts` have been made, the
/// last of which failed with `error`. `random` spreads callers that failed together: a back-off is
/// shortened by up to a quarter, a vendor's wish lengthened by up to an eighth, never shortened.
std::optional<std::chrono::milliseconds> next_delay(const RetryPolicy& policy, int attempts,
                                                    const ProviderError& error,
                                                    std::uint64_t random);

}  // namespace coditect::providers
