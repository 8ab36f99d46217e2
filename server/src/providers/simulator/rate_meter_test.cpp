#include "providers/simulator/rate_meter.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace coditect::simulator {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(RateLimit, FillsUpAgainWithinAMinute) {
  RateLimit limit(60);
  const Time start{seconds{1'800'000'000}};
  Allowance left = limit.use(30, start);
  EXPECT_EQ(left.limit, 60);
  EXPECT_EQ(left.remaining, 30);
  EXPECT_EQ(left.reset_after, seconds{30});
  left = limit.use(0, start + seconds{10});
  EXPECT_EQ(left.remaining, 40);
  EXPECT_EQ(left.reset_after, seconds{20});
  EXPECT_EQ(limit.use(0, start + seconds{5}).remaining, 40) << "a clock that goes back";
  EXPECT_EQ(limit.use(1'000, start + seconds{20}).remaining, 0);
  EXPECT_EQ(limit.use(0, start + seconds{80}).remaining, 60);
  EXPECT_EQ(limit.use(0, start + seconds{999'999}).reset_after, seconds{0});
}

RC_GTEST_PROP(RateLimitProperty, WhatIsLeftIsWithinTheLimitAndSoonAllOfIt, ()) {
  const auto per_minute = *rc::gen::inRange<std::int64_t>(1, 1'000'000);
  RateLimit limit(per_minute);
  Time now{seconds{1'800'000'000}};
  for (const int step : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 5'000))) {
    now += milliseconds(step);
    const Allowance left = limit.use(*rc::gen::inRange<std::int64_t>(0, 10'000), now);
    RC_ASSERT(left.remaining >= 0 && left.remaining <= per_minute);
    RC_ASSERT(left.reset_after >= milliseconds{0} && left.reset_after <= seconds{60});
    RateLimit copy = limit;
    const Time later = now + left.reset_after + milliseconds(60'000 / per_minute + 1);
    RC_ASSERT(copy.use(0, later).remaining >= per_minute - 1);
  }
}

}  // namespace
}  // namespace coditect::simulator
