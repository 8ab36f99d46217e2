#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "base/limits.h"
#include "base/model_limits.h"
#include "providers/provider_error.h"

namespace coditect::providers {

/// What to do with a vendor's wish to wait longer than the policy's longest.
enum class LongWish {
  kGiveUp,  ///< the caller has better to do: another model, another task
  kIgnore,  ///< back off as if nothing had been said
};

/// What to do when the address is left alone because it is down.
enum class OpenCircuit {
  kWait,    ///< until it is tried again
  kGiveUp,  ///< there is another model to go on with
};

/// When a failed call is tried again.
struct RetryPolicy {
  int attempts_max = limits::kModelAttemptsMax;
  int overloaded_attempts_max = limits::kModelOverloadedAttemptsMax;  ///< or over a rate limit
  int timed_out_attempts_max = limits::kModelTimedOutAttemptsMax;     ///< each took minutes
  std::chrono::milliseconds backoff_first{500};
  std::chrono::milliseconds backoff_max{8'000};
  std::chrono::milliseconds wish_max = limits::kModelRetryAfterMax;
  LongWish long_wish = LongWish::kGiveUp;
  OpenCircuit open_circuit = OpenCircuit::kWait;

  /// The same for one with another model to go on with.
  RetryPolicy with_fallback() const;
  /// The longest time that a call waits at a stretch.
  std::chrono::milliseconds longest_wait() const {
    return long_wish == LongWish::kGiveUp ? wish_max : limits::kModelRetryAfterMax;
  }
};

/// How long to wait before the next attempt; nothing to give up. `attempts` have been made, the
/// last of which failed with `error`. `random` spreads callers that failed together: a back-off is
/// shortened by up to a quarter, a vendor's wish lengthened by up to an eighth, never shortened.
std::optional<std::chrono::milliseconds> next_delay(const RetryPolicy& policy, int attempts,
                                                    const ProviderError& error,
                                                    std::uint64_t random);

}  // namespace coditect::providers
