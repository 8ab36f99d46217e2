#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>

#include "base/clock.h"

namespace coditect::simulator {

/// What a rate limit leaves.
struct Allowance {
  std::int64_t limit = 0;                   ///< a minute
  std::int64_t remaining = 0;               ///< from 0 to `limit`
  std::chrono::milliseconds reset_after{};  ///< until `remaining` is `limit` again
};
struct Allowances {
  Allowance requests;
  Allowance tokens;
};

/// A limit that fills up again steadily, within a minute. It only counts: use beyond the limit is
/// as if the limit was just used up.
class RateLimit {
 public:
  explicit RateLimit(std::int64_t per_minute) : per_minute_(per_minute) {}
  /// Counts `amount` >= 0 and says what is left. `now` before an earlier one counts as that one.
  Allowance use(std::int64_t amount, Time now);

 private:
  std::int64_t per_minute_;
  std::int64_t used_ = 0;
  Time at_{};
};

/// Counts the requests and tokens of one vendor. The limits are so wide that no test reaches them:
/// what a client does at a limit is rehearsed with {"fail":{"status":429}}.
///
/// Threads: any.
class RateMeter {
 public:
  Allowances use(std::int64_t tokens, Time now);

 private:
  std::mutex mutex_;
  // Guarded by mutex_.
  RateLimit requests_{60'000};
  RateLimit tokens_{600'000'000};
};

}  // namespace coditect::simulator
