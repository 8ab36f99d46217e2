#include "coordination/budget/ledger.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "base/limits.h"
#include "coordination/test_log.h"

namespace coditect::budget {
namespace {

constexpr Nanodollars kCent = 10'000'000;
constexpr const char* kToday = "2026-11-20";

EventDraft queued(const std::string& task, json::object data = {}) {
  return {"task_queued", "user:ann", {}, task, std::move(data)};
}

class LedgerTest : public ::testing::Test {
 protected:
  Event record(EventDraft draft) { return log_.record(ledger_, std::move(draft), now_); }
  void limit(const std::string& scope, std::optional<Nanodollars> amount) {
    json::object data{{"scope", scope}};
    if (amount) data["limit_usd"] = to_usd(*amount);
    record({"budget_set", "user:ann", {}, {}, std::move(data)});
  }
  Spender spender(const std::string& task = "t_1", const std::string& agent = "claude",
                  const std::string& day = kToday) const {
    return {agent, TaskId(task), day};
  }
  Result<EventDraft> reserve(const Spender& who, Nanodollars amount) {
    auto draft = ledger_.reserve(who, {"r_" + std::to_string(++ids_), "model-1", amount, 1});
    if (draft) record(*draft);
    return draft;
  }
  std::string id() const { return "r_" + std::to_string(ids_); }
  void use(const std::string& id, Nanodollars cost, Nanodollars unsettled = 0,
           const std::string& task = "t_1") {
    json::object data{{"agent", "claude"}, {"cost_usd", to_usd(cost)}};
    ASSERT_TRUE(ledger_.settle_with(data, id, unsettled));
    record({"usage_recorded", "agent:claude", {}, task, std::move(data)});
  }
  void expect(const std::string& scope, Nanodollars spent, Nanodollars reserved,
              Nanodollars unsettled = 0) const {
    const Account account = ledger_.books().account(scope);
    EXPECT_EQ(account.spent, spent) << scope;
    EXPECT_EQ(account.reserved, reserved) << scope;
    EXPECT_EQ(account.unsettled, unsettled) << scope;
  }
  /// What the log alone tells is what the ledger says.
  void expect_replayed() const {
    Ledger replayed;
    log_.replay(replayed);
    EXPECT_EQ(coditect::testing::text_of(replayed), coditect::testing::text_of(ledger_));
    EXPECT_EQ(coditect::testing::text_of(coditect::testing::restored(ledger_)),
              coditect::testing::text_of(ledger_));
  }

  coditect::testing::TestLog log_;
  Ledger ledger_;
  Time now_{std::chrono::sys_days{std::chrono::year{2026} / 11 / 20}};
  int ids_ = 0;
};

TEST_F(LedgerTest, ReservesInEveryScopeOrInNone) {
  record(queued("t_1", {{"budget_usd", 0.10}}));
  limit("workspace", 100 * kCent);
  const auto refused = reserve(spender(), 11 * kCent);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kBudget);
  EXPECT_NE(refused.error().message.find("task t_1"), std::string::npos) << refused.error().message;
  expect("workspace", 0, 0);
  ASSERT_TRUE(reserve(spender(), 10 * kCent));
  for (const char* scope : {"workspace", "agent:claude", "task:t_1", "day:2026-11-20"}) {
    expect(scope, 0, 10 * kCent);
  }
  EXPECT_FALSE(reserve(spender(), 1));
  EXPECT_TRUE(reserve(spender(), 0)) << "what costs nothing is never refused";
  expect_replayed();
}

TEST_F(LedgerTest, WhatIsNotSpentIsFreeAgain) {
  limit("workspace", 100);
  ASSERT_TRUE(reserve(spender(), 100));
  use(id(), 30);
  expect("workspace", 30, 0);
  EXPECT_FALSE(reserve(spender(), 71));
  EXPECT_TRUE(reserve(spender(), 70));
  json::object data;
  EXPECT_EQ(ledger_.settle_with(data, "r_1", 0).error().code, Errc::kNotFound);
  EXPECT_EQ(ledger_.settle("r_1", 0, "again").error().code, Errc::kNotFound);
  EXPECT_EQ(ledger_.reserve_more("r_1", 1).error().code, Errc::kNotFound);
  expect_replayed();
}

TEST_F(LedgerTest, AChildCountsInItsParents) {
  record(queued("t_1", {{"budget_usd", 0.10}}));
  record(queued("t_2", {{"parent", "t_1"}, {"budget_usd", 0.08}}));
  record(queued("t_3", {{"parent", "t_2"}}));
  ASSERT_TRUE(reserve(spender("t_3", "kimi"), 6 * kCent));
  expect("task:t_1", 0, 6 * kCent);
  expect("task:t_2", 0, 6 * kCent);
  expect("task:t_3", 0, 6 * kCent);
  const auto refused = reserve(spender("t_2"), 3 * kCent);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("task t_2"), std::string::npos);
  EXPECT_FALSE(reserve(spender("t_1"), 5 * kCent));
  EXPECT_TRUE(reserve(spender("t_1"), 4 * kCent));
  // The parent may end before its children do.
  record({"task_finished", "agent:claude", {}, "t_1", {{"state", "succeeded"}}});
  use("r_1", 5 * kCent, 0, "t_3");
  expect("task:t_1", 5 * kCent, 4 * kCent);
  expect_replayed();
}

TEST_F(LedgerTest, ADayBeginsAnew) {
  limit("day", 10);
  ASSERT_TRUE(reserve(spender("t_1", "claude", "2026-11-20"), 10));
  EXPECT_FALSE(reserve(spender("t_1", "claude", "2026-11-20"), 1));
  ASSERT_TRUE(reserve(spender("t_1", "claude", "2026-11-21"), 4));
  use("r_1", 10);  // a call counts on the day on which it began
  expect("day:2026-11-20", 10, 0);
  expect("day:2026-11-21", 0, 4);
  EXPECT_TRUE(reserve(spender("t_1", "claude", "2026-11-21"), 6));
  EXPECT_FALSE(reserve(spender("t_1", "claude", "2026-11-20"), 1)) << "the clock was set back";
  EXPECT_EQ(ledger_.books().account("day:2026-11-22").limit, 10);
  for (int day = 10; day < 30; ++day) {
    ASSERT_TRUE(reserve(spender("t_1", "claude", "2027-01-" + std::to_string(day)), 0));
  }
  expect("day:2026-11-20", 0, 0);  // forgotten
  expect("day:2026-11-21", 0, 10);
  expect_replayed();
}

TEST_F(LedgerTest, WhatIsUnsettledStaysCountedUntilSomebodySaysWhatItCost) {
  limit("workspace", 100);
  ASSERT_TRUE(reserve(spender(), 60));
  record(*ledger_.settle(id(), 50, "it broke off"));
  expect("workspace", 0, 0, 50);
  EXPECT_FALSE(reserve(spender(), 51));
  ASSERT_TRUE(reserve(spender(), 50));
  use(id(), 20, 10);
  expect("workspace", 20, 0, 60);
  ASSERT_EQ(ledger_.books().unsettled().size(), 2u);
  EXPECT_EQ(ledger_.books().unsettled().at("r_1").amount, 50);
  use("r_1", 5);
  expect("workspace", 25, 0, 10);
  EXPECT_EQ(ledger_.books().unsettled().size(), 1u);
  expect_replayed();
}

TEST_F(LedgerTest, ARestartLeavesWhatWasUnderWayUnsettled) {
  limit("workspace", 100);
  ASSERT_TRUE(reserve(spender(), 60));
  ASSERT_TRUE(reserve(spender("t_2", "kimi"), 15));
  record(*ledger_.reserve_more("r_1", 20));
  expect("workspace", 0, 95);
  EXPECT_FALSE(ledger_.reserve_more("r_2", 6));
  Ledger again;
  log_.replay(again);
  for (EventDraft& draft : again.recover()) record(std::move(draft));
  expect("workspace", 0, 0, 95);
  EXPECT_TRUE(ledger_.recover().empty());
  expect_replayed();
}

TEST_F(LedgerTest, ALoweredLimitHoldsForTheNextCallAndARaisedOneToo) {
  limit("agent:claude", 100);
  ASSERT_TRUE(reserve(spender(), 80));
  limit("agent:claude", 50);
  EXPECT_FALSE(reserve(spender(), 1));
  EXPECT_EQ(ledger_.room(spender())->left, 0);
  EXPECT_TRUE(reserve(spender("t_1", "kimi"), 1'000));
  use("r_1", 40);
  EXPECT_TRUE(reserve(spender(), 10));
  limit("agent:claude", 55);
  EXPECT_TRUE(reserve(spender(), 5));
  limit("agent:claude", std::nullopt);
  EXPECT_FALSE(ledger_.room(spender()));
  EXPECT_TRUE(reserve(spender(), kMoneyMax));
  expect_replayed();
}

TEST_F(LedgerTest, WhatCostsMoreThanWasReservedIsSpentAndBlocksTheNextCall) {
  limit("workspace", 100);
  ASSERT_TRUE(reserve(spender(), 60));
  use(id(), 110);
  expect("workspace", 110, 0);
  EXPECT_FALSE(reserve(spender(), 1));
  expect_replayed();
}

TEST_F(LedgerTest, AnOlderLogsCallsAreSpentToo) {
  record(queued("t_1"));
  record(queued("t_2", {{"parent", "t_1"}}));
  record({"usage_recorded", "agent:kimi", {}, "t_2", {{"agent", "kimi"}, {"cost_usd", 0.25}}});
  record({"usage_recorded", "agent:kimi", {}, "t_2", {{"agent", "kimi"}, {"cost_usd", nullptr}}});
  for (const char* scope : {"workspace", "agent:kimi", "task:t_1", "task:t_2", "day:2026-11-20"}) {
    expect(scope, 25 * kCent, 0);
  }
  expect_replayed();
}

TEST_F(LedgerTest, ForgetsTasksLongPast) {
  for (std::size_t i = 0; i <= limits::kFinishedTasksKept; ++i) {
    const std::string task = "t_" + std::to_string(i);
    record(queued(task, {{"budget_usd", 1.0}}));
    record({"task_finished", "system", {}, task, {{"state", "succeeded"}}});
  }
  EXPECT_FALSE(ledger_.books().accounts().contains("task:t_0"));
  EXPECT_TRUE(ledger_.books().accounts().contains("task:t_1"));
  expect_replayed();
}

TEST_F(LedgerTest, RefusesWhatMakesNoSense) {
  EXPECT_FALSE(reserve(spender(), -1));
  EXPECT_FALSE(reserve(spender(), INT64_MAX));
  EXPECT_FALSE(ledger_.reserve(spender(), {"", "m", 1, 1}));
  ASSERT_TRUE(reserve(spender(), 1));
  EXPECT_FALSE(ledger_.reserve(spender(), {id(), "m", 1, 1}));
  EXPECT_FALSE(ledger_.reserve_more(id(), -1));
  EXPECT_FALSE(ledger_.settle(id(), -1, "x"));
  Event event;
  event.type = "budget_settled";
  event.data = {{"id", "r_unknown"}};
  EXPECT_FALSE(ledger_.apply(event));
  event.type = "budget_reserved";
  EXPECT_FALSE(ledger_.apply(event));
  event.data["amount_usd"] = -1;
  EXPECT_FALSE(ledger_.apply(event));
}

TEST(Money, ComesBackFromAnEventAsItWas) {
  for (const Nanodollars amount :
       {0L, 1L, 999'999'999L, 123'456'789'012L, 3'999'999'999'999'999L}) {
    EXPECT_EQ(from_usd(to_usd(amount)), amount);
  }
  for (const double usd : {-0.1, 1e10, std::numeric_limits<double>::quiet_NaN(),
                           std::numeric_limits<double>::infinity()}) {
    EXPECT_EQ(from_usd(usd), std::nullopt) << usd;
  }
  EXPECT_EQ(usd_text(12'345'600'000), "$12.3456");
}

}  // namespace
}  // namespace coditect::budget
