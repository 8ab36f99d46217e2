#include "storage/journal/linger.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace coditect::journal {
namespace {

using std::chrono::microseconds;

TEST(Linger, WaitsForTheWritersThatAreUnderWay) {
  struct Case {
    const char* name;
    std::size_t answered;
    std::size_t waiting;
    std::size_t expected;  ///< 0: no wait
  };
  const Case cases[] = {
      {"nothing was written yet", 0, 0, 0}, {"a writer that is alone", 1, 0, 0},
      {"nobody was answered", 0, 9, 0},     {"two writers", 1, 1, 2},
      {"two groups", 32, 32, 64},           {"one group", 64, 0, 64},
  };
  for (const Case& each : cases) {
    SCOPED_TRACE(each.name);
    Linger linger;
    linger.batch_done(each.answered, each.waiting, microseconds(200));
    const auto wait = linger.next();
    ASSERT_EQ(wait.has_value(), each.expected != 0);
    if (!wait) continue;
    EXPECT_EQ(wait->appends, each.expected);
    EXPECT_EQ(wait->at_most, microseconds(25));
  }
}

TEST(Linger, WaitsOncePerBatch) {
  Linger linger;
  linger.batch_done(32, 32, microseconds(200));
  ASSERT_TRUE(linger.next());
  linger.ended(64);
  EXPECT_FALSE(linger.next());
}

TEST(Linger, OneSlowSyncHardlyLengthensTheWait) {
  Linger linger;
  linger.batch_done(8, 8, microseconds(200));
  linger.batch_done(8, 8, microseconds(1'000'000));
  linger.batch_done(8, 8, microseconds(160));
  const auto wait = linger.next();
  ASSERT_TRUE(wait);
  EXPECT_EQ(wait->at_most, microseconds(20));
}

TEST(Linger, GivesUpOnWritersThatDoNotComeBack) {
  Linger linger;
  int waits = 0;
  for (int batch = 0; batch < 10'000; ++batch) {
    linger.batch_done(10, 10, microseconds(200));
    if (!linger.next()) continue;
    ++waits;
    linger.ended(12);
  }
  EXPECT_GT(waits, 100);
  EXPECT_LT(waits, 10'000 / 60);
  // Once they do come back every batch waits again.
  int quiet = 0;
  for (; quiet < 100; ++quiet) {
    linger.batch_done(10, 10, microseconds(200));
    if (linger.next()) break;
  }
  linger.ended(20);
  linger.batch_done(20, 0, microseconds(200));
  EXPECT_TRUE(linger.next());
}

RC_GTEST_PROP(LingerProperty, WaitsAtMostAnEighthOfTheLongestSyncAndForNoMoreThanAreThere,
              (const std::vector<std::tuple<std::uint8_t, std::uint8_t, std::uint16_t>>& batches)) {
  Linger linger;
  Linger::Duration longest{0};
  for (const auto& [answered, waiting, took_us] : batches) {
    longest = std::max<Linger::Duration>(longest, microseconds(took_us));
    linger.batch_done(answered, waiting, microseconds(took_us));
    const auto wait = linger.next();
    if (!wait) continue;
    RC_ASSERT(wait->at_most <= longest / 8);
    RC_ASSERT(wait->appends == std::size_t{answered} + waiting);
    RC_ASSERT(wait->appends > 1U);
    linger.ended(*rc::gen::inRange<std::size_t>(0, wait->appends + 1));
  }
}

}  // namespace
}  // namespace coditect::journal
