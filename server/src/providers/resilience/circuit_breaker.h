#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/clock.h"
#include "base/model_limits.h"

namespace coditect::providers {

struct CircuitOptions {
  int failures_max = limits::kModelFailuresInARowMax;
  std::chrono::milliseconds pause_first = limits::kModelCircuitPauseMin;
  std::chrono::milliseconds pause_max = limits::kModelCircuitPauseMax;
};

/// Keeps calls away from an endpoint that is down. Pure: time in, decision out.
///
///     closed --failures in a row--> open --pause over, one call goes out--> half open
///     half open --it is answered--> closed       half open --it fails--> open, a longer pause
///
/// Threads:    one at a time.
/// Invariants: while it is open nobody passes; half open, one call is out.
class CircuitBreaker {
 public:
  enum class State { kClosed, kOpen, kHalfOpen };
  /// Names a call that passed: one that passed before the circuit opened fails late, and is not
  /// counted again.
  using Round = std::uint64_t;
  explicit CircuitBreaker(CircuitOptions options = {}) : options_(options) {}

  /// Nothing where a call may pass now; else how long to wait before asking again.
  std::optional<std::chrono::milliseconds> refuses(SteadyTime now) const;
  /// Lets a call pass that is not refused. It reports once: succeeded(), failed() or abandoned().
  Round pass(SteadyTime now);
  /// The endpoint answers this call, but has not ended it: a call that was the first after a pause
  /// lets the others pass; the next failure stops them again.
  void answers(Round round);
  /// The endpoint has done its work, or refused the call for a reason of the call's own. Good
  /// news counts however late it comes.
  void succeeded();
  /// The endpoint was down, or too busy to work.
  void failed(Round round, SteadyTime now);
  /// The call ended without telling anything: it was cancelled.
  void abandoned(Round round);

  State state() const { return state_; }
  int failures() const { return failures_; }

 private:
  void close(int failures);

  const CircuitOptions options_;
  State state_ = State::kClosed;
  Round round_ = 0;   // rises when the circuit opens and when a call tries it
  int failures_ = 0;  // in a row
  std::chrono::milliseconds pause_{0};
  SteadyTime open_until_{};
};

/// The public names: "closed", "open", "half open".
std::string_view to_string(CircuitBreaker::State state);

}  // namespace coditect::providers
