#include "workspace/state/cost_totals.h"

#include <gtest/gtest.h>

namespace coditect::workspace {
namespace {

Event event_of(std::string type, json::object data) {
  Event event;
  event.type = std::move(type);
  event.data = std::move(data);
  return event;
}

Event usage(const std::string& agent, json::value cost_usd) {
  return event_of("usage_recorded", {{"agent", agent},
                                     {"input", 10},
                                     {"cached", 20},
                                     {"cache_write", 3},
                                     {"output", 40},
                                     {"reasoning", 5},
                                     {"cost_usd", std::move(cost_usd)}});
}

TEST(CostTotals, CountsCallsWithoutAPriceAndTakesNoneForFree) {
  CostTotals totals;
  totals.apply(usage("claude", 0.5));
  totals.apply(usage("gemini", 0.25));
  totals.apply(usage("local", nullptr));
  totals.apply(event_of("tool_call", {{"cost_usd", 99}}));
  const json::object row = totals.to_json();
  EXPECT_EQ(row.at("calls"), 3);
  EXPECT_EQ(row.at("unpriced_calls"), 1);
  EXPECT_EQ(row.at("spent_usd"), 0.75);
  EXPECT_EQ(row.at("input"), 30);
  EXPECT_EQ(row.at("cached"), 60);
  EXPECT_EQ(row.at("cache_write"), 9);
  EXPECT_EQ(row.at("output"), 120);
  EXPECT_EQ(row.at("reasoning"), 15);
  EXPECT_EQ(row.at("agents"), (json::object{{"claude", 0.5}, {"gemini", 0.25}}));
}

TEST(CostTotals, ABudgetIsNeverPassed) {
  CostTotals totals;
  totals.apply(event_of("budget_set", {{"scope", "workspace"}, {"limit_usd", 2.0}}));
  totals.apply(event_of("budget_set", {{"scope", "agent:claude"}, {"limit_usd", 1.0}}));
  totals.apply(usage("claude", 0.5));
  totals.apply(usage("gemini", 0.5));
  const struct {
    const char* agent;
    double more_usd;
    double reserved_usd;
    const char* refused_by;  ///< null where it is allowed
  } cases[] = {
      {"claude", 0.5, 0, nullptr},        {"claude", 0.51, 0, "agent:claude"},
      {"claude", 0.25, 0.25, nullptr},    {"claude", 0.25, 0.26, "agent:claude"},
      {"gemini", 1.0, 0, nullptr},        {"gemini", 1.01, 0, "workspace"},
      {"gemini", 0.5, 0.51, "workspace"}, {"claude", 3, 0, "workspace"},
  };
  for (const auto& c : cases) {
    const auto checked = totals.check_budget(c.agent, c.more_usd, c.reserved_usd);
    ASSERT_EQ(checked.ok(), c.refused_by == nullptr) << c.agent << " " << c.more_usd;
    if (checked) continue;
    EXPECT_EQ(checked.error().code, Errc::kBudget);
    EXPECT_NE(checked.error().message.find(c.refused_by), std::string::npos);
  }
}

TEST(CostTotals, ABudgetGoesAndMayBeNothing) {
  CostTotals totals;
  EXPECT_FALSE(totals.has_budget("claude"));
  totals.apply(event_of("budget_set", {{"scope", "agent:claude"}, {"limit_usd", 0}}));
  EXPECT_TRUE(totals.has_budget("claude"));
  EXPECT_FALSE(totals.has_budget("gemini"));
  EXPECT_FALSE(totals.check_budget("claude", 0.01, 0));
  EXPECT_TRUE(totals.check_budget("claude", 0, 0));
  totals.apply(event_of("budget_set", {{"scope", "agent:claude"}}));
  EXPECT_FALSE(totals.has_budget("claude"));
  EXPECT_TRUE(totals.check_budget("claude", 1000, 0));
}

}  // namespace
}  // namespace coditect::workspace
