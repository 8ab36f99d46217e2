#include "agents/context_gauge.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace coditect::agents {
namespace {

TEST(ContextGauge, TakesWhatWasCountedAndEstimatesTheRest) {
  ContextGauge gauge;
  EXPECT_EQ(gauge.estimate(3'000), 1'000) << "nothing was counted yet";
  gauge.learn(10'000, 5'000);
  EXPECT_EQ(gauge.estimate(10'000), 5'000);
  EXPECT_EQ(gauge.estimate(13'000), 6'000);
  EXPECT_EQ(gauge.estimate(2'000), 1'000) << "a shorter one has its share";
  gauge.learn(20'000, 0);
  EXPECT_EQ(gauge.estimate(10'000), 5'000) << "a vendor that does not count teaches nothing";
}

TEST(ContextGauge, IsNearWhereTheAnswerOrAShareOfTheWindowIsAtStake) {
  EXPECT_FALSE(ContextGauge::is_near(850'000, 32'000, 1'000'000));
  EXPECT_TRUE(ContextGauge::is_near(850'001, 32'000, 1'000'000));
  EXPECT_FALSE(ContextGauge::is_near(96'000, 32'000, 128'000));
  EXPECT_TRUE(ContextGauge::is_near(96'001, 32'000, 128'000));
}

TEST(ContextGauge, OnlyAQuarterLessIsEnough) {
  EXPECT_TRUE(ContextGauge::is_enough(1'000, 750));
  EXPECT_FALSE(ContextGauge::is_enough(1'000, 751));
}

TEST(ContextGauge, IsStuckOnceTheVendorCountsHardlyLess) {
  ContextGauge gauge;
  gauge.learn(10'000, 900);
  EXPECT_FALSE(gauge.is_stuck());
  gauge.compacted(900);
  EXPECT_FALSE(gauge.is_stuck()) << "nobody has counted it yet";
  gauge.learn(5'000, 676);
  EXPECT_TRUE(gauge.is_stuck());
  gauge.compacted(900);
  gauge.learn(5'000, 675);
  gauge.learn(9'000, 900);
  EXPECT_FALSE(gauge.is_stuck()) << "it was much shorter, and has grown since";
}

RC_GTEST_PROP(ContextGaugeProperty, ALongerPromptIsNeverEstimatedShorter, ()) {
  ContextGauge gauge;
  gauge.learn(*rc::gen::inRange<std::int64_t>(1, 10'000'000),
              *rc::gen::inRange<std::int64_t>(1, 5'000'000));
  const auto bytes = *rc::gen::inRange<std::int64_t>(0, 20'000'000);
  const auto more = *rc::gen::inRange<std::int64_t>(0, 1'000'000);
  RC_ASSERT(gauge.estimate(bytes) <= gauge.estimate(bytes + more));
}

}  // namespace
}  // namespace coditect::agents
