#include "providers/resilience/circuit_breaker.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <vector>

namespace coditect::providers {
namespace {

using State = CircuitBreaker::State;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr CircuitOptions kOptions{3, seconds{5}, seconds{12}};
const SteadyTime kStart{seconds{1000}};

void fail(CircuitBreaker& breaker, SteadyTime now) { breaker.failed(breaker.pass(now), now); }

TEST(CircuitBreaker, OpensAfterFailuresInARow) {
  CircuitBreaker breaker(kOptions);
  fail(breaker, kStart);
  fail(breaker, kStart);
  breaker.pass(kStart);
  breaker.succeeded();  // begins anew
  fail(breaker, kStart);
  fail(breaker, kStart);
  EXPECT_EQ(breaker.state(), State::kClosed);
  fail(breaker, kStart);
  EXPECT_EQ(breaker.state(), State::kOpen);
  EXPECT_EQ(breaker.refuses(kStart), seconds{5});
  EXPECT_EQ(breaker.refuses(kStart + seconds{4}), seconds{1});
}

TEST(CircuitBreaker, OneCallTriesAndThePauseGrowsUpToItsLimit) {
  CircuitBreaker breaker(kOptions);
  for (int i = 0; i < 3; ++i) fail(breaker, kStart);
  SteadyTime now = kStart;
  for (const seconds pause : {seconds{5}, seconds{10}, seconds{12}, seconds{12}}) {
    EXPECT_EQ(breaker.refuses(now), pause);
    now += pause;
    ASSERT_EQ(breaker.refuses(now), std::nullopt);
    const auto round = breaker.pass(now);
    EXPECT_EQ(breaker.state(), State::kHalfOpen);
    EXPECT_NE(breaker.refuses(now), std::nullopt) << "one at a time";
    breaker.failed(round, now);
    EXPECT_EQ(breaker.state(), State::kOpen);
  }
  now += seconds{12};
  breaker.pass(now);
  breaker.succeeded();
  EXPECT_EQ(breaker.state(), State::kClosed);
  for (int i = 0; i < 3; ++i) fail(breaker, now);
  EXPECT_EQ(breaker.refuses(now), seconds{5}) << "the pause begins anew";
}

TEST(CircuitBreaker, AnAnswerThatBeginsLetsTheOthersPassOnTrial) {
  CircuitBreaker breaker(kOptions);
  for (int i = 0; i < 3; ++i) fail(breaker, kStart);
  const SteadyTime later = kStart + seconds{5};
  const auto round = breaker.pass(later);
  breaker.answers(round);
  EXPECT_EQ(breaker.state(), State::kClosed);
  breaker.failed(round, later);  // it broke off in the middle
  EXPECT_EQ(breaker.state(), State::kOpen);
  EXPECT_EQ(breaker.refuses(later), seconds{10});
}

TEST(CircuitBreaker, ATryThatIsCancelledLeavesTheTryToTheNext) {
  CircuitBreaker breaker(kOptions);
  for (int i = 0; i < 3; ++i) fail(breaker, kStart);
  const SteadyTime later = kStart + seconds{5};
  breaker.abandoned(breaker.pass(later));
  EXPECT_EQ(breaker.state(), State::kOpen);
  EXPECT_EQ(breaker.refuses(later), std::nullopt);
}

TEST(CircuitBreaker, WhoPassedBeforeItOpenedFailsLateAndCountsNoMore) {
  CircuitBreaker breaker(kOptions);
  const auto early = breaker.pass(kStart);
  for (int i = 0; i < 3; ++i) fail(breaker, kStart);
  breaker.failed(early, kStart + seconds{1});
  EXPECT_EQ(breaker.refuses(kStart), seconds{5}) << "the pause is not longer for it";
  breaker.abandoned(early);
  EXPECT_EQ(breaker.refuses(kStart), seconds{5});
}

// Against the rules written down a second time, over any order of events.
RC_GTEST_PROP(CircuitBreaker, PassesNobodyWhileOpenAndOneWhileHalfOpen, ()) {
  CircuitBreaker breaker(kOptions);
  SteadyTime now = kStart;
  std::vector<CircuitBreaker::Round> out;
  std::optional<SteadyTime> opened_at;
  int failures_of_this_round = 0;
  const auto steps = *rc::gen::container<std::vector<int>>(200, rc::gen::inRange(0, 6));
  for (const int step : steps) {
    const State before = breaker.state();
    switch (step) {
      case 0: now += milliseconds{*rc::gen::inRange(0, 15'000)}; break;
      case 1:
      case 2:
        if (breaker.refuses(now)) {
          RC_ASSERT(before != State::kClosed);
        } else {
          RC_ASSERT(before != State::kHalfOpen);
          if (before == State::kOpen) RC_ASSERT(now >= *opened_at + kOptions.pause_first);
          out.push_back(breaker.pass(now));
          if (before == State::kOpen) RC_ASSERT(breaker.state() == State::kHalfOpen);
        }
        break;
      default:
        if (out.empty()) break;
        const auto index = *rc::gen::inRange<std::size_t>(0, out.size());
        const auto round = out[index];
        out.erase(out.begin() + static_cast<std::ptrdiff_t>(index));
        if (step == 3) {
          breaker.failed(round, now);
          ++failures_of_this_round;
        } else if (step == 4) {
          breaker.succeeded();
          failures_of_this_round = 0;
          RC_ASSERT(breaker.state() == State::kClosed);
        } else {
          breaker.abandoned(round);
        }
    }
    if (breaker.state() == State::kOpen && before != State::kOpen && step == 3) {
      if (before == State::kClosed) RC_ASSERT(failures_of_this_round >= kOptions.failures_max);
      opened_at = now;
    }
    // However it stands, waiting is enough to be let through.
    if (breaker.state() == State::kOpen) {
      RC_ASSERT(!breaker.refuses(now + kOptions.pause_max));
      RC_ASSERT(breaker.refuses(now).value_or(milliseconds{0}) <= kOptions.pause_max);
    }
  }
}

}  // namespace
}  // namespace coditect::providers
