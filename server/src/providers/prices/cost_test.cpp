#include "providers/prices/cost.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

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
    {"another vendor's tier", "gemini-2.5-pro", {.input = 1}, "default", kNow, std::nullopt},
    {"Google's flex", "gemini-2.5-pro", {.input = kMillion / 10}, "flex", kNow, kCent * 25 / 4},
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

/// What the vendors publish, in thousandths of a dollar per million tokens.
struct Published {
  const char* model;
  Time time;
  std::int64_t input, output, cached, written_short, written_long;
};

constexpr Time kDecember = on(2026, 12, 1);
constexpr Time kNewYear = on(2027, 1, 1);

const Published kPublished[] = {
    {"claude-fable-5-2", kNow, 8000, 40000, 200, 10000, 16000},
    {"claude-fable-5-1", kNow, 10000, 50000, 250, 12500, 20000},
    {"claude-opus-5-5", kNow, 4000, 20000, 200, 5000, 8000},
    {"claude-opus-5", kNow, 5000, 25000, 500, 6250, 10000},
    {"claude-opus-4-8", kNow, 5000, 25000, 500, 6250, 10000},
    {"claude-opus-4-7", kNow, 5000, 25000, 500, 6250, 10000},
    {"claude-opus-4-6", kNow, 5000, 25000, 500, 6250, 10000},
    {"claude-opus-4-5", kNow, 5000, 25000, 500, 6250, 10000},
    {"claude-sonnet-5-5", on(2026, 10, 6), 2000, 10000, 200, 2500, 4000},
    {"claude-sonnet-5-5", kNow, 2000, 10000, 100, 2500, 4000},
    {"claude-sonnet-5", kNow, 2000, 10000, 200, 2500, 4000},
    {"claude-sonnet-4-6", kNow, 3000, 15000, 300, 3750, 6000},
    {"claude-sonnet-4-5", kNow, 3000, 15000, 300, 3750, 6000},
    {"claude-haiku-5-5", kNow, 100, 500, 10, 125, 200},
    {"claude-haiku-4-5", kNow, 1000, 5000, 100, 1250, 2000},
    {"gpt-6-astra", kNow, 10000, 50000, 1000, 12500, 12500},
    {"gpt-6.1-sol", kNow, 2000, 10000, 100, 2500, 2500},
    {"gpt-6-sol", kNow, 2000, 10000, 200, 2500, 2500},
    {"gpt-6.1-terra", kNow, 1000, 5000, 50, 1250, 1250},
    {"gpt-6-luna", kNow, 100, 500, 10, 125, 125},
    {"gpt-5.6-sol", kNow, 4000, 20000, 400, 5000, 5000},
    {"gpt-5.6-terra", kNow, 2000, 12000, 200, 2500, 2500},
    {"gpt-5.6-luna", kNow, 200, 1200, 20, 250, 250},
    {"gpt-5.5", kNow, 5000, 30000, 500, 5000, 5000},
    {"gpt-5.4", kNow, 2500, 15000, 250, 2500, 2500},
    {"gpt-5.3-codex", kNow, 1750, 14000, 175, 1750, 1750},
    {"gemini-4-argon", kNow, 2000, 10000, 100, 2000, 2000},
    {"gemini-4-argon", kDecember, 4000, 20000, 200, 4000, 4000},
    {"gemini-4-carbon", kNow, 2000, 10000, 100, 2000, 2000},
    {"gemini-4-carbon", kDecember, 4000, 20000, 200, 4000, 4000},
    {"gemini-4-hydrogen", kNow, 1500, 7500, 75, 1500, 1500},
    {"gemini-3.8-flash", kDecember, 750, 3750, 75, 750, 750},
    {"gemini-3.8-flash", kNewYear, 1500, 7500, 150, 1500, 1500},
    {"gemini-3.7-flash", kDecember, 750, 3750, 75, 750, 750},
    {"gemini-3.7-flash", kNewYear, 1500, 7500, 150, 1500, 1500},
    {"gemini-3.6-flash", kDecember, 750, 3750, 75, 750, 750},
    {"gemini-3.6-flash", kNewYear, 1500, 7500, 150, 1500, 1500},
    {"gemini-3.5-flash", kNow, 1500, 9000, 150, 1500, 1500},
    {"gemini-3.5-flash-lite", kNow, 300, 2500, 30, 300, 300},
    {"gemini-3.1-pro-preview", kNow, 2000, 12000, 200, 2000, 2000},
    {"gemini-2.5-pro", kNow, 1250, 10000, 125, 1250, 1250},
    {"gemini-2.5-flash", kNow, 300, 2500, 30, 300, 300},
    {"kimi-k3.1-pro", kNow, 2000, 10000, 200, 2000, 4000},
    {"kimi-k3.1-pro-highspeed", kNow, 4000, 20000, 200, 4000, 8000},
    {"kimi-k3", kNow, 3000, 15000, 300, 3000, 3000},
    {"kimi-k2.7-code", kNow, 950, 4000, 190, 950, 950},
    {"kimi-k2.7-code-highspeed", kNow, 1900, 8000, 380, 1900, 1900},
    {"kimi-k2.6", kNow, 950, 4000, 160, 950, 950},
    {"kimi-k2.5", kNow, 600, 3000, 100, 600, 600},
};

TEST(Cost, EveryPublishedRow) {
  for (const Published& row : kPublished) {
    constexpr std::int64_t kEach = 10'000;  // below every threshold by prompt length
    const Usage usage{.input = kEach,
                      .cached = kEach,
                      .cache_write_short = kEach,
                      .cache_write_long = kEach,
                      .output = kEach};
    EXPECT_EQ(cost(row.model, usage, "", row.time),
              kEach * (row.input + row.output + row.cached + row.written_short + row.written_long))
        << row.model;
    EXPECT_EQ(cost(row.model, {.output = 1}, "", row.time), row.output) << row.model;
    EXPECT_EQ(cost(row.model, {.cached = 1}, "", row.time), row.cached) << row.model;
  }
  // Nothing is in the file that is not in the list above.
  for (const PriceRow& row : built_in_prices().content().prices) {
    const auto listed = [&row](const Published& each) { return row.model == each.model; };
    EXPECT_TRUE(std::ranges::any_of(kPublished, listed)) << row.model;
  }
}

TEST(Cost, WhereItIsServedAndWhatItLooksUp) {
  const PriceBook& book = built_in_prices();
  BilledRequest request{"claude-opus-5-5", "fast", {.input = kMillion}, "us", 3};
  EXPECT_EQ(book.cost(request, kNow), 400 * kCent * 2 * 11 / 10 + 3 * kCent);
  request.region = "";
  EXPECT_EQ(book.cost(request, kNow), 400 * kCent * 2 + 3 * kCent);
  request.region = "moon";
  EXPECT_EQ(book.cost(request, kNow), std::nullopt);
  const BilledRequest elsewhere{"gpt-6-sol", "", {.input = 1}, "", 1};
  EXPECT_EQ(book.cost(elsewhere, kNow), std::nullopt) << "its searches have no price";
}

TEST(Cost, WhatTheCacheSaves) {
  const PriceBook& book = built_in_prices();
  const std::vector<BilledRequest> read = {
      {"claude-opus-5-5", "", {.input = 1000, .cached = 9000, .output = 100}}};
  EXPECT_EQ(*book.cost_without_cache(read, kNow) - *book.cost(read, kNow), 9000 * (4000 - 200));
  const std::vector<BilledRequest> written = {
      {"claude-opus-5-5", "", {.cache_write_short = 1000, .cache_write_long = 1000}}};
  EXPECT_EQ(*book.cost_without_cache(written, kNow) - *book.cost(written, kNow),
            -1000 * (5000 - 4000) - 1000 * (8000 - 4000));
  EXPECT_EQ(book.cost_without_cache({{"nobody-knows", "", {.cached = 1}}}, kNow), std::nullopt);
}

RC_GTEST_PROP(Cost, NeverFallsWithMoreTokens, ()) {
  const std::vector<PriceRow>& rows = built_in_prices().content().prices;
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
