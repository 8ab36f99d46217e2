#include "providers/simulator/rate_meter.h"

#include <algorithm>

namespace coditect::simulator {

namespace {

constexpr std::chrono::milliseconds kWindow = std::chrono::minutes(1);

}  // namespace

Allowance RateLimit::use(std::int64_t amount, Time now) {
  if (now > at_) {
    const auto passed = std::min<std::chrono::milliseconds>(
        kWindow, std::chrono::duration_cast<std::chrono::milliseconds>(now - at_));
    const std::int64_t refilled = per_minute_ * passed.count() / kWindow.count();
    // Moments that refill nothing yet are kept for the next call.
    if (refilled > 0) {
      used_ = std::max<std::int64_t>(0, used_ - refilled);
      at_ = now;
    }
  }
  used_ = std::min(per_minute_, used_ + amount);
  const std::int64_t reset_ms = (used_ * kWindow.count() + per_minute_ - 1) / per_minute_;
  return {per_minute_, per_minute_ - used_, std::chrono::milliseconds(reset_ms)};
}

Allowances RateMeter::use(std::int64_t tokens, Time now) {
  const std::lock_guard lock(mutex_);
  return {requests_.use(1, now), tokens_.use(tokens, now)};
}

}  // namespace coditect::simulator
