#include "tools/file_view.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "tools/text_diff.h"

namespace coditect::tools {
namespace {

TEST(ViewFileTest, ShowsARange) {
  struct Case {
    const char* name;
    const char* text;
    ShownLines range;
    const char* shown;  // nullptr: refused
  };
  const char* const three = "a\nb\nc\n";
  const Case cases[] = {
      {"all", three, {}, "a\nb\nc\n"},
      {"no last newline", "a\nb", {}, "a\nb"},
      {"empty", "", {}, ""},
      {"from", three, {2, {}}, "b\nc\n[lines 2 to 3 of 3]\n"},
      {"to", three, {{}, 2}, "a\nb\n[lines 1 to 2 of 3]\n"},
      {"one", three, {2, 2}, "b\n[lines 2 to 2 of 3]\n"},
      {"to beyond the end", three, {1, 99}, "a\nb\nc\n"},
      {"from beyond the end", three, {4, {}}, nullptr},
      {"from zero", three, {0, {}}, nullptr},
      {"negative", three, {-1, {}}, nullptr},
      {"backwards", three, {3, 2}, nullptr},
      {"to zero", three, {{}, 0}, nullptr},
  };
  for (const Case& each : cases) {
    auto view = view_file(each.text, each.range);
    ASSERT_EQ(view.ok(), each.shown != nullptr) << each.name;
    if (view) EXPECT_EQ(view->text, each.shown) << each.name;
  }
}

TEST(ViewFileTest, SaysHowToReadTheMiddle) {
  std::string text;
  for (int i = 1; i <= 10; ++i) text += "line " + std::to_string(i) + "\n";
  auto view = view_file(text, {}, 30);
  ASSERT_TRUE(view);
  EXPECT_TRUE(view->truncated);
  EXPECT_EQ(
      view->text,
      "line 1\nline 2\n"
      "[... lines 3 to 8 left out; read them with from_line=3 to_line=8 ...]\nline 9\nline 10\n");
}

TEST(ViewFileTest, CutsALineThatIsTooLong) {
  const std::string text = "first\n" + std::string(10'000, 'x') + "\nlast\n";
  auto view = view_file(text, {}, 100);
  ASSERT_TRUE(view);
  EXPECT_LT(view->text.size(), 300u);
  EXPECT_TRUE(view->text.starts_with("first\nxxx"));
  EXPECT_TRUE(view->text.ends_with("[line 2 is too long to be shown whole]\nlast\n"));
}

TEST(ViewFileTest, ReadingOnShowsEveryLine) {
  EXPECT_TRUE(rc::check([] {
    const auto lines = *rc::gen::container<std::vector<std::string>>(
        rc::gen::container<std::string>(rc::gen::inRange('a', 'z')));
    std::string text;
    for (const std::string& line : lines) text += line.substr(0, 10) + "\n";
    std::string seen;
    const std::size_t count = split_lines(text).size();
    for (std::size_t line = 1; line <= count; ++line) {
      const auto at = static_cast<std::int64_t>(line);
      auto view = view_file(text, {at, at});
      RC_ASSERT(view.ok());
      seen += view->text.substr(0, view->text.find('\n') + 1);
    }
    RC_ASSERT(seen == text);
    auto bounded = view_file(text, {}, 40);
    RC_ASSERT(bounded.ok());
    RC_ASSERT(bounded->text.size() <= 250u);
  }));
}

}  // namespace
}  // namespace coditect::tools
