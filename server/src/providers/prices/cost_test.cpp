#include "providers/prices/cost.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>
#include <string>

#include "providers/prices/price_table.h"

namespace coditect::providers {
namespace {

constexpr Time on(int year, unsigned month, unsigned day) {
  return std::chrono::sys_days{std::chrono::year{year} / static_cast<int>(month) /
                               static_cast<int>(day)};
}
constexpr Time kNow = on(2026, 11, 20);
constexpr std::int64_t kMillion = 1'000'000;
constexpr Nanodollars kCent = 10'000'000;

struct Case {
  const char* name;
  const char* model;
  Usage usage;
  const char* tier;
  Time time;
  std::optional<Nanodollars> expected;
};

const Case kRequests[] = {
    {"input", "claude-opus-5-5", {.input = kMillion}, "standard", kNow, 400 * kCent},
    {"every kind",
     "claude-opus-5-5",
     {.input = 1000,
      .cached = 1000,
      .cache_write_short = 1000,
      .cache_write_long = 1000,
      .output = 1000,
      .reasoning = 900},
     "",
     kNow,
     4'000'000 + 200'000 + 5'000'000 + 8'000'000 + 20'000'000},
    {"snapshot date", "claude-sonnet-4-5-20250929", {.output = kMillion}, "", kNow, 1500 * kCent},
    {"snapshot date with dashes",
     "gpt-5.5-2026-04-23",
     {.output = kMillion},
     "default",
     kNow,
     3000 * kCent},
    {"sub-cent rate", "gemini-4-hydrogen", {.cached = 1}, "standard", kNow, 75},
    {"Argon's last cheap day",
     "gemini-4-argon",
     {.input = kMillion},
     "",
     on(2026, 11, 30),
     200 * kCent},
    {"Argon doubles", "gemini-4-argon", {.input = kMillion}, "", on(2026, 12, 1), 400 * kCent},
    {"Flash's last cheap day",
     "gemini-3.8-flash",
     {.output = kMillion},
     "",
     on(2026, 12, 31),
     375 * kCent},
    {"Flash doubles", "gemini-3.8-flash", {.output = kMillion}, "", on(2027, 1, 1), 750 * kCent},
    {"Sonnet's cache before the cut",
     "claude-sonnet-5-5",
     {.cached = kMillion},
     "",
     on(2026, 10, 6),
     20 * kCent},
    {"Sonnet's cache after the cut",
     "claude-sonnet-5-5",
     {.cached = kMillion},
     "",
     on(2026, 10, 7),
     10 * kCent},
    {"at the threshold", "gemini-2.5-pro", {.input = 200'000}, "", kNow, 25 * kCent},
    {"over it, the whole request",
     "gemini-2.5-pro",
     {.input = 200'001},
     "",
     kNow,
     200'001 * 2500LL},
    {"the cache counts for the threshold",
     "gemini-2.5-pro",
     {.input = 1, .cached = 200'000, .output = 1},
     "",
     kNow,
     2500 + 200'000 * 250LL + 15'000},
    {"OpenAI's long prompt",
     "gpt-5.4",
     {.input = 300'000, .output = 1000},
     "default",
     kNow,
     300'000 * 5000LL + 1000 * 22'500LL},
    {"flex", "gpt-6-sol", {.input = 100'000}, "flex", kNow, 10 * kCent},
    {"priority", "gpt-6-sol", {.input = 100'000}, "priority", kNow, 40 * kCent},
    {"fast", "claude-opus-5-5", {.input = kMillion}, "fast", kNow, 800 * kCent},
    {"nothing used", "claude-opus-5-5", {}, "", kNow, 0},
    {"unknown model", "claude-opus-99", {.input = 1}, "", kNow, std::nullopt},
    {"a prefix is no model", "claude-opus", {.input = 1}, "", kNow, std::nullopt},
    {"a longer name is another model", "claude-opus-5-mini", {.input = 1}, "", kNow, std::nullopt},
    {"no date", "claude-opus-5-2025092", {.input = 1}, "", kNow, std::nullopt},
    {"unknown tier", "gpt-6-sol", {.input = 1}, "ultrafast", kNow, std::nullopt},
    {"another vendor's tier", "gemini-2.5-pro", {.input = 1}, "flex", kNow, std::nullopt},
    {"empty name", "", {.input = 1}, "", kNow, std::nullopt},
};

TEST(Cost, KnownRequests) {
  for (const Case& test : kRequests) {
    EXPECT_EQ(cost(test.model, test.usage, test.tier, test.time), test.expected) << test.name;
  }
}

TEST(Cost, EveryPartIsPricedAloneAndAnUnpricedOneSpoilsTheSum) {
  const Usage just_below{.input = 90'000};
  std::vector<BilledRequest> billed = {{"claude-haiku-5-5", "standard", just_below},
                                       {"claude-haiku-5-5", "standard", just_below}};
  EXPECT_EQ(cost(billed, kNow), 2 * 90'000 * 100LL);
  billed.push_back({"nobody-knows", "", just_below});
  EXPECT_EQ(cost(billed, kNow), std::nullopt);
  EXPECT_EQ(cost(std::vector<BilledRequest>{}, kNow), 0);
}

TEST(PriceTable, RowsOfAModelStandTogetherInOrderWithSaneRates) {
  std::set<std::string_view> finished;
  const PriceRow* before = nullptr;
  for (const PriceRow& row : price_rows()) {
    if (before != nullptr && before->model == row.model) {
      EXPECT_LT(before->from, row.from) << row.model;
    } else {
      EXPECT_TRUE(finished.insert(row.model).second) << row.model << " stands in two places";
    }
    EXPECT_GT(row.rates.input, 0) << row.model;
    EXPECT_GT(row.rates.output, row.rates.input) << row.model;
    EXPECT_GT(row.rates.cached, 0) << row.model;
    EXPECT_LT(row.rates.cached, row.rates.input) << row.model;
    EXPECT_GE(row.rates.cache_write_long, row.rates.cache_write_short) << row.model;
    EXPECT_EQ(row.long_prompt_over > 0, row.long_rates.input > 0) << row.model;
    before = &row;
  }
}

RC_GTEST_PROP(Cost, NeverFallsWithMoreTokens, ()) {
  const auto rows = price_rows();
  const auto& row = rows[*rc::gen::inRange<std::size_t>(0, rows.size())];
  Usage usage{.input = *rc::gen::inRange<std::int64_t>(0, 400'000),
              .cached = *rc::gen::inRange<std::int64_t>(0, 400'000),
              .output = *rc::gen::inRange<std::int64_t>(0, 100'000)};
  const auto less = cost(row.model, usage, "", kNow);
  usage.input += *rc::gen::inRange<std::int64_t>(1, 400'000);
  const auto more = cost(row.model, usage, "", kNow);
  RC_ASSERT(less.has_value() && more.has_value());
  RC_ASSERT(*more > *less);
}

}  // namespace
}  // namespace coditect::providers
