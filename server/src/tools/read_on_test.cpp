#include "tools/read_on.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace coditect::tools {
namespace {

TEST(StretchOf, GivesWholeLines) {
  const std::string text = "one\ntwo\nthree\nfour";
  struct Case {
    std::size_t from, bytes;
    const char* text;
    std::size_t first, last;
  };
  const Case cases[] = {
      {1, 100, "one\ntwo\nthree\nfour", 1, 4},
      {2, 100, "two\nthree\nfour", 2, 4},
      {1, 8, "one\ntwo\n", 1, 2},
      {1, 9, "one\ntwo\n", 1, 2},
      {4, 100, "four", 4, 4},
      {5, 100, "", 0, 0},
  };
  for (const Case& c : cases) {
    const Stretch stretch = stretch_of(text, c.from, c.bytes);
    EXPECT_EQ(stretch.text, c.text) << c.from << " " << c.bytes;
    EXPECT_EQ(stretch.from_line, c.first);
    EXPECT_EQ(stretch.to_line, c.last);
    EXPECT_EQ(stretch.lines, 4u);
  }
}

TEST(StretchOf, ALineThatIsTooLongIsCutAndSaysSo) {
  const Stretch stretch = stretch_of("éééé\nnext\n", 1, 3);
  EXPECT_EQ(stretch.text, "é [... the rest of this line is left out]\n");
  EXPECT_EQ(stretch.to_line, 1u);
  EXPECT_EQ(stretch_of("éééé\nnext\n", 2, 5).text, "next\n");
}

// Going on from where the last one ended shows every line once.
RC_GTEST_PROP(StretchOf, PagesCoverTheText, ()) {
  std::string text;
  for (const int length : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 30))) {
    text += std::string(static_cast<std::size_t>(length), 'x') + "\n";
  }
  const auto bytes = *rc::gen::inRange<std::size_t>(31, 100);
  std::string seen;
  std::size_t next = 1;
  for (;;) {
    const Stretch stretch = stretch_of(text, next, bytes);
    if (stretch.from_line == 0) break;
    RC_ASSERT(stretch.from_line == next);
    RC_ASSERT(stretch.text.size() <= bytes);
    seen += stretch.text;
    next = stretch.to_line + 1;
  }
  RC_ASSERT(seen == text);
}

TEST(LineAfter, IsTheLineThatWasNotSeenWhole) {
  EXPECT_EQ(line_after("one\ntwo\n", 0), 1u);
  EXPECT_EQ(line_after("one\ntwo\n", 3), 1u);
  EXPECT_EQ(line_after("one\ntwo\n", 4), 2u);
  EXPECT_EQ(line_after("one\ntwo\n", 6), 2u);
  EXPECT_EQ(line_after("one\ntwo\n", 1000), 3u);
}

}  // namespace
}  // namespace coditect::tools
