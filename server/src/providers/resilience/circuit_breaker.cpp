#include "providers/resilience/circuit_breaker.h"

#include <algorithm>

#include "base/check.h"

namespace coditect::providers {

namespace {

using std::chrono::ceil;
using std::chrono::milliseconds;

/// Until a call that tries the endpoint out has told something.
constexpr milliseconds kAskAgain{1'000};

}  // namespace

std::optional<milliseconds> CircuitBreaker::refuses(SteadyTime now) const {
  if (state_ == State::kHalfOpen) return kAskAgain;
  if (state_ == State::kOpen && now < open_until_) return ceil<milliseconds>(open_until_ - now);
  return std::nullopt;
}

CircuitBreaker::Round CircuitBreaker::pass(SteadyTime now) {
  check(!refuses(now), "who is refused does not pass");
  if (state_ == State::kOpen) {
    state_ = State::kHalfOpen;
    ++round_;
  }
  return round_;
}

void CircuitBreaker::answers(Round round) {
  if (state_ == State::kHalfOpen && round == round_) close(options_.failures_max - 1);
}

void CircuitBreaker::succeeded() {
  close(0);
  pause_ = milliseconds{0};
}

void CircuitBreaker::failed(Round round, SteadyTime now) {
  if (round != round_) return;
  ++failures_;
  if (state_ == State::kClosed && failures_ < options_.failures_max) return;
  pause_ =
      pause_ == milliseconds{0} ? options_.pause_first : std::min(pause_ * 2, options_.pause_max);
  open_until_ = now + pause_;
  state_ = State::kOpen;
  ++round_;
}

void CircuitBreaker::abandoned(Round round) {
  if (state_ != State::kHalfOpen || round != round_) return;
  state_ = State::kOpen;  // its pause is over: the next call tries
  ++round_;
}

void CircuitBreaker::close(int failures) {
  failures_ = failures;
  state_ = State::kClosed;
}

std::string_view to_string(CircuitBreaker::State state) {
  switch (state) {
    case CircuitBreaker::State::kClosed: return "closed";
    case CircuitBreaker::State::kOpen: return "open";
    case CircuitBreaker::State::kHalfOpen: return "half open";
  }
  return "closed";
}

}  // namespace coditect::providers
