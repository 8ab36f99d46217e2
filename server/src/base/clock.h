#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/result.h"

namespace coditect {

using Time = std::chrono::sys_time<std::chrono::microseconds>;
using SteadyTime = std::chrono::steady_clock::time_point;

/// Where the time comes from; tests inject their own.
///
/// Threads: any.
class Clock {
 public:
  virtual ~Clock() = default;
  /// Wall-clock time, for people and for logs. May jump.
  virtual Time now() const = 0;
  /// Monotonic time, for leases and time-outs.
  virtual SteadyTime steady() const = 0;
};

/// The machine's clocks.
class SystemClock final : public Clock {
 public:
  Time now() const override;
  SteadyTime steady() const override;
};

/// A clock that moves only when told to.
///
/// Threads: one at a time.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Time start = Time{std::chrono::seconds{1'800'000'000}}) : now_(start) {}
  Time now() const override { return now_; }
  SteadyTime steady() const override {
    return SteadyTime{} + std::chrono::duration_cast<SteadyTime::duration>(now_ - Time{});
  }
  void advance(std::chrono::microseconds by) { now_ += by; }

 private:
  Time now_;
};

/// RFC 3339 in UTC with six decimals: "2026-11-20T12:00:00.123456Z".
std::string to_rfc3339(Time time);
/// Reads what to_rfc3339 writes, with zero to six decimals. Errc::kInvalid otherwise.
Result<Time> parse_rfc3339(std::string_view text);

}  // namespace coditect
