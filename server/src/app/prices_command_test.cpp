// `coditect prices`: what it lists, what it reckons and what it refuses.
#include <gtest/gtest.h>

#include <sstream>
#include <vector>

#include "app/command_line.h"
#include "base/json.h"
#include "storage/archive/archive_test_support.h"

namespace coditect::app {
namespace {

struct Ran {
  int code = 0;
  std::string out;
  std::string err;
};

Ran prices(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "prices");
  std::istringstream in;
  std::ostringstream out;
  std::ostringstream err;
  Shell shell{in, out, err, Environment(Environment::Variables{}), Shell::Screen::kPipe};
  const int code = run_command_line(arguments, shell);
  return {code, out.str(), err.str()};
}

json::array rows(std::vector<std::string> arguments) {
  arguments.emplace_back("--json");
  const Ran ran = prices(std::move(arguments));
  EXPECT_EQ(ran.code, kSucceeded) << ran.err;
  const auto parsed = parse_json_object(ran.out);
  EXPECT_TRUE(parsed.ok()) << ran.out;
  return parsed.ok() ? parsed->at("prices").as_array() : json::array{};
}

TEST(PricesCommand, ListsEveryRowOrWhatIsInForceOnADay) {
  EXPECT_GT(rows({}).size(), 40u);
  EXPECT_EQ(rows({"--model", "gemini-4-argon"}).size(), 2u);
  const json::array today = rows({"--model", "gemini-4-argon", "--at", "2026-11-30"});
  ASSERT_EQ(today.size(), 1u);
  EXPECT_EQ(today[0].at("in"), 2.0);
  const json::array tomorrow = rows({"--model", "gemini-4-argon", "--at", "2026-12-01"});
  ASSERT_EQ(tomorrow.size(), 1u);
  EXPECT_EQ(tomorrow[0].at("in"), 4.0);
  EXPECT_EQ(rows({"--model", "claude-sonnet-4-5-20250929"}).at(0).at("model"), "claude-sonnet-4-5");
  EXPECT_EQ(json::serialize(rows({"--model", "claude-haiku-5-5"}).at(0).at("above")),
            R"([{"prompt":100000,"in":5E-1,"out":2.5E0,"read":5E-2,"write":6.25E-1,)"
            R"("write_long":1E0}])");
}

TEST(PricesCommand, PrintsATable) {
  const Ran ran = prices({"--model", "gemini-2.5-pro"});
  EXPECT_EQ(ran.out,
            "MODEL           FROM  PROMPT    INPUT  OUTPUT  CACHED  WRITE  WRITE LONG\n"
            "gemini-2.5-pro                  1.25   10      0.125   1.25   1.25\n"
            "gemini-2.5-pro        > 200000  2.5    15      0.25    2.5    2.5\n");
}

TEST(PricesCommand, ReckonsOneRequest) {
  const std::string usage = R"({"input":1000,"cached":9000,"cache_write":30,"cache_write_long":10,)"
                            R"("output":100,"reasoning":50})";
  const Ran ran = prices({"--model", "claude-opus-5-5", "--usage", usage, "--tier", "fast", "--at",
                          "2026-11-20", "--json"});
  ASSERT_EQ(ran.code, kSucceeded) << ran.err;
  const double cost = 2 * (1000 * 4e-6 + 9000 * 0.2e-6 + 20 * 5e-6 + 10 * 8e-6 + 100 * 20e-6);
  EXPECT_NEAR(parse_json_object(ran.out)->at("cost_usd").as_double(), cost, 1e-12);
  EXPECT_EQ(
      prices({"--model", "gemini-4-argon", "--usage", R"({"input":1000000})", "--at", "2026-12-01"})
          .out,
      "4.000000 USD\n");
}

TEST(PricesCommand, AnUnknownModelIsUnpricedNeverFree) {
  EXPECT_EQ(prices({"--model", "nobody", "--usage", "{}"}).out, "unpriced\n");
  const Ran ran = prices({"--model", "nobody", "--usage", "{}", "--json"});
  EXPECT_EQ(ran.out, "{\"model\":\"nobody\",\"priced\":false,\"cost_usd\":null}\n");
  const Ran listed = prices({"--model", "nobody"});
  EXPECT_EQ(listed.code, kFailed);
  EXPECT_TRUE(listed.err.contains("no price for 'nobody'")) << listed.err;
}

TEST(PricesCommand, ChecksAFileAndNamesTheRow) {
  const archive::TemporaryFolder folder;
  const std::string file = (folder.path() / "prices.json").string();
  archive::overwrite(file, R"({"format":1,"as_of":"2026-11-20","prices":[
    {"model":"own","in":1,"out":2},{"model":"other","in":1,"outt":2}]})");
  const Ran bad = prices({"--file", file, "--check"});
  EXPECT_EQ(bad.code, kFailed);
  EXPECT_TRUE(bad.err.contains("prices row 2 (other): 'outt' is not known")) << bad.err;
  EXPECT_TRUE(bad.err.contains("\nhint: ")) << bad.err;
  archive::overwrite(file, R"({"format":1,"as_of":"2026-11-20","prices":[
    {"model":"own","in":1,"out":2}]})");
  EXPECT_EQ(prices({"--file", file, "--check"}).out, "sound: 1 rows, prices of 2026-11-20\n");
  EXPECT_EQ(prices({"--file", file, "--model", "own", "--usage", R"({"output":1000000})"}).out,
            "2.000000 USD\n");
  EXPECT_EQ(prices({"--file", (folder.path() / "none.json").string()}).code, kFailed);
  EXPECT_TRUE(prices({"--check"}).out.starts_with("sound: "));
}

}  // namespace
}  // namespace coditect::app
