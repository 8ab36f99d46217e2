#include "providers/cache/reuse_history.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <vector>

namespace coditect::providers {
namespace {

using std::chrono::minutes;

/// What the call after these pauses is told.
CacheLife after(PromptPart part, const std::vector<int>& pauses_min) {
  ReuseHistory history;
  SteadyTime now{};
  CacheLife life = history.note("k", part, now);
  for (const int pause : pauses_min) {
    now += minutes(pause);
    life = history.note("k", part, now);
  }
  return life;
}

struct Case {
  const char* name;
  std::vector<int> pauses_min;
  CacheLife prefix;
  CacheLife turns;
};

TEST(ReuseHistory, AnHourIsWorthItWhereMiddlePausesAreCommon) {
  const Case cases[] = {
      {"the first call", {}, CacheLife::kShort, CacheLife::kShort},
      {"busy", {1, 1, 2, 0, 5}, CacheLife::kShort, CacheLife::kShort},
      {"one pause for a coffee", {1, 1, 6}, CacheLife::kLong, CacheLife::kLong},
      {"one among many", {1, 1, 1, 1, 1, 1, 6}, CacheLife::kLong, CacheLife::kLong},
      {"forgotten after eight", {6, 1, 1, 1, 1, 1, 1, 1, 1}, CacheLife::kShort, CacheLife::kShort},
      {"only long pauses", {90, 600}, CacheLife::kShort, CacheLife::kShort},
      {"as many middle as long ones", {90, 30}, CacheLife::kLong, CacheLife::kLong},
      {"twice as many long ones", {90, 600, 30}, CacheLife::kShort, CacheLife::kShort},
      {"middle ones that pay for the old, not for the new",
       {90, 90, 90, 30, 30, 1, 1, 1},
       CacheLife::kLong,
       CacheLife::kShort},
      {"an hour exactly", {60}, CacheLife::kLong, CacheLife::kLong},
      {"five minutes exactly", {5}, CacheLife::kShort, CacheLife::kShort},
  };
  for (const Case& test : cases) {
    EXPECT_EQ(after(PromptPart::kPrefix, test.pauses_min), test.prefix) << test.name;
    EXPECT_EQ(after(PromptPart::kTurns, test.pauses_min), test.turns) << test.name;
  }
}

TEST(ReuseHistory, PromptsAreRememberedApartAndNotForEver) {
  ReuseHistory history;
  SteadyTime now{};
  history.note("a", PromptPart::kPrefix, now);
  now += minutes(10);
  EXPECT_EQ(history.note("b", PromptPart::kPrefix, now), CacheLife::kShort);
  EXPECT_EQ(history.note("a", PromptPart::kPrefix, now), CacheLife::kLong);
  for (int i = 0; i < 2000; ++i) {
    now += minutes(1);
    history.note("task " + std::to_string(i), PromptPart::kTurns, now);
  }
  EXPECT_EQ(history.note("a", PromptPart::kPrefix, now), CacheLife::kShort);
}

/// What keeping one token for these pauses costs, in hundredths of its price; see the class.
long cost_of(const std::vector<int>& pauses_min, CacheLife life) {
  const int kept = life == CacheLife::kLong ? 60 : 5;
  const long write = life == CacheLife::kLong ? 200 : 125;
  long cost = 0;
  for (const int pause : pauses_min) cost += pause <= kept ? 10 : write;
  return cost;
}

RC_GTEST_PROP(ReuseHistory, WhatItChoosesForThePrefixIsTheCheaperForTheSamePausesAgain, ()) {
  const auto pauses = *rc::gen::resize(
      8, rc::gen::nonEmpty(rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 120))));
  RC_PRE(pauses.size() <= 8u);
  const CacheLife chosen = after(PromptPart::kPrefix, pauses);
  const CacheLife other = chosen == CacheLife::kLong ? CacheLife::kShort : CacheLife::kLong;
  RC_ASSERT(cost_of(pauses, chosen) <= cost_of(pauses, other));
}

}  // namespace
}  // namespace coditect::providers
