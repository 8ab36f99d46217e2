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
}

}  // namespace
}  // namespace coditect::workspace
