#include "providers/prices/price_file.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "providers/prices/cost.h"

namespace coditect::providers {
namespace {

std::string file_of(std::string_view prices, std::string_view rest = "") {
  return R"({"format":1,"as_of":"2026-11-20","prices":[)" + std::string(prices) + "]" +
         std::string(rest) + "}";
}
constexpr const char* kRow = R"({"model":"m","in":1,"out":2})";

struct Bad {
  const char* name;
  std::string file;
  const char* said;
};

TEST(PriceFile, AnErrorNamesTheRow) {
  const Bad cases[] = {
      {"no JSON", "prices", ""},
      {"another format", R"({"format":2})", "'format' is not 1"},
      {"no day", R"({"format":1,"prices":[]})", "'as_of' is no day"},
      {"no rows", file_of(""), "'prices' is missing or empty"},
      {"an unknown part", file_of(kRow, R"(,"price":[])"), "'price' is not known"},
      {"a row that is none", file_of("7"), "prices row 1: no object"},
      {"no model", file_of(R"({"in":1,"out":2})"), "prices row 1: "},
      {"an unknown key", file_of(R"({"model":"m","in":1,"out":2,"cache":1})"),
       "prices row 1 (m): 'cache' is not known"},
      {"no output", file_of(R"({"model":"m","in":1})"), "prices row 1 (m): 'out' is missing"},
      {"free", file_of(R"({"model":"m","in":0,"out":2})"), "prices row 1 (m): a price is zero"},
      {"negative", file_of(R"({"model":"m","in":1,"out":2,"read":-1})"),
       "prices row 1 (m): 'read' is negative"},
      {"a rate in words", file_of(R"({"model":"m","in":"1","out":2})"), "'in' is missing or no"},
      {"too fine", file_of(R"({"model":"m","in":0.0005,"out":2})"), "'in' is finer"},
      {"no day of the calendar", file_of(R"({"model":"m","from":"2026-02-30","in":1,"out":2})"),
       "prices row 1 (m): 'from' is no day"},
      {"days that fall",
       file_of(R"({"model":"m","from":"2026-02-01","in":1,"out":2},)" + std::string(kRow)),
       "prices row 2 (m): its day is not after"},
      {"rows that stand apart",
       file_of(std::string(kRow) + R"(,{"model":"n","in":1,"out":2},)" + kRow),
       "prices row 3 (m): the model has rows further up"},
      {"a prompt length that falls",
       file_of(R"({"model":"m","in":1,"out":2,"above":[{"prompt":9,"in":1,"out":2},
                  {"prompt":9,"in":1,"out":2}]})"),
       "do not rise"},
      {"a tier without a factor", file_of(kRow, R"(,"tiers":[{"models":"m","tier":"flex"}])"),
       "tiers row 1: 'factor' is missing"},
      {"a region without a name", file_of(kRow, R"(,"regions":[{"models":"m","factor":1}])"),
       "regions row 1: "},
      {"a list that is none", file_of(kRow, R"(,"searches":7)"), "'searches' is no array"},
  };
  for (const Bad& test : cases) {
    const Result<PriceBook> parsed = parse_prices(test.file);
    ASSERT_FALSE(parsed.ok()) << test.name;
    EXPECT_EQ(parsed.error().code, Errc::kInvalid) << test.name;
    EXPECT_TRUE(parsed.error().message.contains(test.said)) << parsed.error().message;
  }
}

TEST(PriceFile, WhatIsLeftOutCostsWhatTheInputCosts) {
  const Result<PriceBook> book = parse_prices(file_of(R"({"model":"m","in":1.5,"out":2})"));
  ASSERT_TRUE(book.ok());
  EXPECT_EQ(book->content().prices.at(0).rates, (Rates{1500, 2000, 1500, 1500, 1500}));
  const Result<PriceBook> written =
      parse_prices(file_of(R"({"model":"m","in":1,"out":2,"write":1.25})"));
  ASSERT_TRUE(written.ok());
  EXPECT_EQ(written->content().prices.at(0).rates, (Rates{1000, 2000, 1000, 1250, 1250}));
}

TEST(PriceFile, TheBuiltInOneComesBackAsItIsWritten) {
  json::array prices;
  for (const PriceRow& row : built_in_prices().content().prices) prices.push_back(to_json(row));
  const json::object file{{"format", 1}, {"as_of", "2026-11-20"}, {"prices", std::move(prices)}};
  const Result<PriceBook> again = parse_prices(json::serialize(file));
  ASSERT_TRUE(again.ok()) << again.error().message;
  const auto& rows = built_in_prices().content().prices;
  ASSERT_EQ(again->content().prices.size(), rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const PriceRow& read = again->content().prices[i];
    EXPECT_EQ(read.model, rows[i].model);
    EXPECT_EQ(read.from, rows[i].from) << read.model;
    EXPECT_EQ(read.rates, rows[i].rates) << read.model;
    ASSERT_EQ(read.above.size(), rows[i].above.size()) << read.model;
    for (std::size_t tier = 0; tier < read.above.size(); ++tier) {
      EXPECT_EQ(read.above[tier].over, rows[i].above[tier].over) << read.model;
      EXPECT_EQ(read.above[tier].rates, rows[i].above[tier].rates) << read.model;
    }
  }
}

RC_GTEST_PROP(PriceFile, TheHighestTierThatAPromptPassesHoldsForAllOfIt, ()) {
  const auto prompt = *rc::gen::inRange<std::int64_t>(0, 4000);
  const Result<PriceBook> book =
      parse_prices(file_of(R"({"model":"m","in":1,"out":1,"above":[{"prompt":1000,"in":2,"out":2},
                  {"prompt":2000,"in":3,"out":3}]})"));
  RC_ASSERT(book.ok());
  const auto cached = *rc::gen::inRange<std::int64_t>(0, prompt + 1);
  const Usage usage{.input = prompt - cached, .cached = cached, .output = 10};
  const std::int64_t level = prompt > 2000 ? 3 : prompt > 1000 ? 2 : 1;
  RC_ASSERT(cost("m", usage, "", Time{}, *book) == (prompt + 10) * 1000 * level);
}

}  // namespace
}  // namespace coditect::providers
