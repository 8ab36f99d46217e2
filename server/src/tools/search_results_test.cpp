#include "tools/search_results.h"

#include <gtest/gtest.h>

#include "base/limits.h"

namespace coditect::tools {
namespace {

std::string match(const std::string& path, int line, const std::string& text) {
  return R"({"type":"match","data":{"path":{"text":")" + path + R"("},"lines":{"text":")" + text +
         R"(\n"},"line_number":)" + std::to_string(line) + R"(,"submatches":[]}})" + "\n";
}

TEST(SearchResultsTest, ReadsMatchesInPiecesOfAnySize) {
  const std::string stream = R"({"type":"begin","data":{"path":{"text":"./a.cpp"}}})"
                             "\n" +
                             match("./a.cpp", 3, "int x;") + match("./b.cpp", 4, "int y;") +
                             R"({"type":"summary","data":{}})"
                             "\n";
  for (std::size_t step : {1u, 7u, 1000u}) {
    SearchResults results;
    for (std::size_t at = 0; at < stream.size(); at += step) results.feed(stream.substr(at, step));
    ASSERT_EQ(results.matches().size(), 2u) << step;
    EXPECT_EQ(results.matches()[0].path, "a.cpp");
    EXPECT_EQ(results.matches()[0].line, 3);
    EXPECT_EQ(results.matches()[0].text, "int x;");
    EXPECT_EQ(results.matches()[1].path, "b.cpp");
    EXPECT_FALSE(results.full());
    EXPECT_EQ(results.complaints(), "");
  }
}

TEST(SearchResultsTest, EndsWhenThereAreTooMany) {
  SearchResults results;
  for (int i = 0; i < 1000; ++i) results.feed(match("./a", i, "x"));
  EXPECT_TRUE(results.full());
  EXPECT_EQ(results.matches().size(), limits::kSearchMatchesMax);
}

TEST(SearchResultsTest, ExactlyAsManyAsAllowedIsNotTooMany) {
  SearchResults results;
  for (std::size_t i = 0; i < limits::kSearchMatchesMax; ++i) results.feed(match("./a", 1, "x"));
  EXPECT_FALSE(results.full());
}

TEST(SearchResultsTest, SurvivesWhatItCannotRead) {
  SearchResults results;
  results.feed("rg: ./x: Permission denied (os error 13)\n");
  results.feed("{\"type\":\"match\"}\n[1]\n{}\n");
  results.feed(R"({"type":"match","data":{"path":{"bytes":"/w=="},"line_number":"x"}})"
               "\n");
  results.feed(std::string(3'000'000, 'z'));  // one endless line
  results.feed("\n" + match("./a", 1, "found"));
  ASSERT_EQ(results.matches().size(), 2u);
  EXPECT_EQ(results.matches()[0].path, "[not UTF-8]");
  EXPECT_EQ(results.matches()[1].text, "found");
  EXPECT_NE(results.complaints().find("Permission denied"), std::string::npos);
  EXPECT_LT(results.complaints().size(), 2100u);
}

TEST(SearchResultsTest, CutsLongLines) {
  SearchResults results;
  results.feed(match("./a", 1, std::string(5000, 'x')));
  EXPECT_EQ(results.matches().at(0).text.size(), limits::kSearchLineBytesMax + 6);
}

TEST(SearchArgumentsTest, AQueryIsNeverAnOption) {
  for (const std::string& argument : search_arguments("--pre=evil", "--files")) {
    EXPECT_NE(argument, "--pre=evil");
    EXPECT_NE(argument, "--files");
  }
}

}  // namespace
}  // namespace coditect::tools
