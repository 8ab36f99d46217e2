#include "workspace/search/chunks.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace coditect::workspace {
namespace {

std::string numbered(int lines) {
  std::string text;
  for (int i = 1; i <= lines; ++i) text += "line " + std::to_string(i) + "\n";
  return text;
}

TEST(Chunks, AShortTextIsOne) {
  const auto chunks = chunks_of("one\ntwo");
  ASSERT_EQ(chunks.size(), 1u);
  EXPECT_EQ(chunks[0].from_line, 1);
  EXPECT_EQ(chunks[0].to_line, 2);
  EXPECT_EQ(chunks[0].text, "one\ntwo");
}

TEST(Chunks, BlankTextsHaveNone) {
  for (const char* text : {"", "\n\n\n", " \t\n"}) EXPECT_TRUE(chunks_of(text).empty()) << text;
}

TEST(Chunks, NeighboursOverlap) {
  const auto chunks = chunks_of(numbered(100));
  ASSERT_EQ(chunks.size(), 3u);
  EXPECT_EQ(chunks[0].to_line, 40);
  EXPECT_EQ(chunks[1].from_line, 33);
  EXPECT_EQ(chunks[1].to_line, 72);
  EXPECT_EQ(chunks[2].from_line, 65);
  EXPECT_EQ(chunks[2].to_line, 100);
}

TEST(Chunks, ALineThatIsTooLongIsCutBetweenCharacters) {
  std::string line = "x";
  for (std::size_t i = 0; i < kChunkBytes; ++i) line += "é";
  const auto chunks = chunks_of(line + "\nnext\n");
  ASSERT_EQ(chunks.size(), 2u);
  EXPECT_EQ(chunks[0].text.size(), kChunkBytes - 1);
  EXPECT_EQ(chunks[1].text, "next\n");
}

TEST(Chunks, OfAHugeFileOnlyTheBeginningIsTaken) {
  EXPECT_EQ(chunks_of(numbered(100'000)).size(), kChunksOfFileMax);
}

// Every line that is not blank is in a chunk, at the place that the chunk says.
RC_GTEST_PROP(Chunks, CoverEveryLineInOrder, ()) {
  std::string text;
  std::vector<std::string> lines;
  const int count = *rc::gen::inRange(0, 300);
  for (int i = 0; i < count; ++i) {
    const auto length = static_cast<std::size_t>(*rc::gen::inRange(0, 400));
    lines.push_back(std::string(length, 'a') + "\n");
    text += lines.back();
  }
  std::vector<bool> covered(lines.size(), false);
  int from_before = 0;
  for (const Chunk& chunk : chunks_of(text)) {
    RC_ASSERT(chunk.from_line > from_before);
    from_before = chunk.from_line;
    RC_ASSERT(chunk.text.size() <= kChunkBytes);
    RC_ASSERT(chunk.to_line - chunk.from_line < kChunkLines);
    std::string expected;
    for (int line = chunk.from_line; line <= chunk.to_line; ++line) {
      expected += lines.at(static_cast<std::size_t>(line) - 1);
      covered.at(static_cast<std::size_t>(line) - 1) = true;
    }
    RC_ASSERT(chunk.text == expected);
  }
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const bool blank = lines[i] == "\n";
    RC_ASSERT(covered[i] || blank);
  }
}

}  // namespace
}  // namespace coditect::workspace
