#include "coordination/budget/ledger.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "coordination/test_log.h"

namespace coditect::budget {
namespace {

const std::vector<std::string> kBoth{"workspace", "task:t"};
const std::vector<std::string> kWorkspace{"workspace"};

TEST(Ledger, ReservesInAllScopesOrInNone) {
  Ledger ledger;
  ASSERT_TRUE(ledger.set_limit("workspace", 100));
  ASSERT_TRUE(ledger.set_limit("task:t", 10));
  const auto refused = ledger.reserve(kBoth, 11);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kBudget);
  EXPECT_EQ(ledger.scope("workspace").reserved, 0);
  ASSERT_TRUE(ledger.reserve(kBoth, 10));
  EXPECT_FALSE(ledger.reserve(kBoth, 1));
  EXPECT_TRUE(ledger.reserve(kBoth, 0));
}

TEST(Ledger, WhatIsNotSpentIsFreeAgain) {
  Ledger ledger;
  ASSERT_TRUE(ledger.set_limit("workspace", 100));
  const auto reservation = ledger.reserve(kWorkspace, 100);
  ASSERT_TRUE(reservation);
  ASSERT_TRUE(ledger.settle(*reservation, 30));
  EXPECT_EQ(ledger.scope("workspace").spent, 30);
  EXPECT_EQ(ledger.scope("workspace").reserved, 0);
  EXPECT_FALSE(ledger.reserve(kWorkspace, 71));
  EXPECT_TRUE(ledger.reserve(kWorkspace, 70));
  EXPECT_EQ(ledger.settle(*reservation, 0).error().code, Errc::kNotFound);
}

TEST(Ledger, WhatCostsMoreThanReservedBlocksTheNextCall) {
  Ledger ledger;
  ASSERT_TRUE(ledger.set_limit("workspace", 100));
  const auto reservation = ledger.reserve(kWorkspace, 60);
  ASSERT_TRUE(ledger.settle(*reservation, 110));
  EXPECT_EQ(ledger.scope("workspace").spent, 60);
  EXPECT_EQ(ledger.scope("workspace").overrun, 50);
  EXPECT_FALSE(ledger.reserve(kWorkspace, 1));
}

TEST(Ledger, RefusesAmountsThatMakeNoSense) {
  Ledger ledger;
  EXPECT_FALSE(ledger.reserve(kWorkspace, -1));
  EXPECT_FALSE(ledger.reserve(kWorkspace, INT64_MAX));
  EXPECT_FALSE(ledger.set_limit("workspace", -1));
  EXPECT_FALSE(ledger.charge(kWorkspace, -1));
  const auto reservation = ledger.reserve(kWorkspace, 1);
  EXPECT_FALSE(ledger.settle(*reservation, -1));
  EXPECT_TRUE(ledger.settle(*reservation, 1));
}

RC_GTEST_PROP(LedgerProperty, SpentAndReservedNeverExceedTheLimit, ()) {
  Ledger ledger;
  std::map<std::string, Nanodollars> limits{{"w", 1000}, {"t", 300}};
  for (const auto& [name, limit] : limits) RC_ASSERT(ledger.set_limit(name, limit).ok());
  std::vector<ReservationId> open;
  std::map<std::string, Nanodollars> cost_of;
  std::map<ReservationId, std::vector<std::string>> scopes_of;
  const auto below = [](int beyond) {
    return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(0, beyond));
  };
  for (int i = 0; i < 60; ++i) {
    const std::vector<std::string> scopes =
        below(2) == 0 ? std::vector<std::string>{"w"} : std::vector<std::string>{"w", "t"};
    if (below(2) == 0) {
      const auto reservation = ledger.reserve(scopes, below(200));
      if (reservation.ok()) {
        open.push_back(*reservation);
        scopes_of[*reservation] = scopes;
      }
    } else if (!open.empty()) {
      const Nanodollars cost = below(250);
      RC_ASSERT(ledger.settle(open.back(), cost).ok());
      for (const std::string& name : scopes_of[open.back()]) cost_of[name] += cost;
      open.pop_back();
    }
    for (const auto& [name, limit] : limits) {
      const Scope scope = ledger.scope(name);
      RC_ASSERT(scope.spent + scope.reserved <= limit);
      RC_ASSERT(scope.spent + scope.overrun == cost_of[name]);
      RC_ASSERT(scope.reserved >= 0);
    }
  }
  for (const ReservationId reservation : open) RC_ASSERT(ledger.settle(reservation, 0).ok());
  for (const auto& [name, limit] : limits) RC_ASSERT(ledger.scope(name).reserved == 0);
  RC_ASSERT(coditect::testing::text_of(coditect::testing::restored(ledger)) ==
            coditect::testing::text_of(ledger));
}

}  // namespace
}  // namespace coditect::budget
