#include "workspace/search/lexical_ranking.h"

#include <gtest/gtest.h>

namespace coditect::workspace {
namespace {

using Words = std::vector<std::string>;

std::string line(const std::string& path, const std::string& word) {
  return "./" + path + '\0' + word + "\n";
}

TEST(QueryWords, AreLowerCaseOnceAndTelling) {
  struct Case {
    const char* query;
    Words words;
  };
  const Case cases[] = {
      {"Where is the lock table?", {"lock", "table"}},
      {"the", {"the"}},
      {"parse_json() and parse_json", {"parse_json"}},
      {"", {}},
      {" ?! ", {}},
      {"über C++", {"über", "c"}},
  };
  for (const Case& c : cases) EXPECT_EQ(query_words(c.query), c.words) << c.query;
  std::string many;
  for (int i = 0; i < 40; ++i) many += "word" + std::to_string(i) + " ";
  EXPECT_EQ(query_words(many).size(), kQueryWordsMax);
}

TEST(LexicalRanking, RareWordsAndShortFilesCountMore) {
  LexicalRanking ranking({"lock", "table"});
  std::string report;
  for (const char* path : {"a.txt", "b.txt", "c.txt", "long.txt"}) report += line(path, "lock");
  report += line("b.txt", "TABLE");
  report += "something that is no line of a match\n";
  // In pieces that end anywhere.
  for (std::size_t at = 0; at < report.size(); at += 3) ranking.feed(report.substr(at, 3));
  const std::map<std::string, std::uint64_t> sizes{
      {"a.txt", 100}, {"b.txt", 100}, {"c.txt", 100}, {"long.txt", 9000}, {"other.txt", 100}};
  const auto files = ranking.rank(sizes, 10);
  ASSERT_EQ(files.size(), 4u);
  EXPECT_EQ(files[0].path, "b.txt");
  EXPECT_EQ(files[3].path, "long.txt");
  EXPECT_EQ(ranking.rank(sizes, 1).size(), 1u);
}

TEST(LexicalRanking, WordsInThePathCount) {
  LexicalRanking ranking({"table"});
  ranking.feed(line("x.txt", "table"));
  const auto files = ranking.rank({{"x.txt", 10}, {"lock_Table.cpp", 10}, {"y.txt", 10}}, 10);
  ASSERT_EQ(files.size(), 2u);
}

TEST(LexicalRanking, FilesThatNobodyKnowsAreLeftOut) {
  LexicalRanking ranking({"table"});
  ranking.feed(line("build/x.txt", "table"));
  EXPECT_TRUE(ranking.rank({{"y.txt", 10}}, 10).empty());
}

TEST(LexicalRanking, StopsReadingAtItsLimit) {
  LexicalRanking ranking({"a"});
  const std::string block(1u << 20, 'x');
  for (std::size_t i = 0; i <= LexicalRanking::kReportBytesMax; i += block.size()) {
    EXPECT_FALSE(ranking.full());
    ranking.feed(block);
  }
  EXPECT_TRUE(ranking.full());
}

TEST(LexicalRanking, ThePassageWithMostOfItIsShown) {
  LexicalRanking ranking({"lock", "table"});
  ranking.feed(line("a.txt", "lock") + line("a.txt", "table"));
  ASSERT_EQ(ranking.rank({{"a.txt", 100}}, 1).size(), 1u);
  const std::vector<Chunk> chunks{
      {1, 2, "lock lock lock"}, {3, 4, "the lock table"}, {5, 6, "nothing"}};
  const Chunk* best = ranking.best(chunks);
  ASSERT_NE(best, nullptr);
  EXPECT_EQ(best->from_line, 3);
  EXPECT_EQ(ranking.best({}), nullptr);
}

}  // namespace
}  // namespace coditect::workspace
