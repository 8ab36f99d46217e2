#include "tools/line_merge.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "tools/text_diff.h"

namespace coditect::tools {
namespace {

using Ranges = std::vector<LineRange>;

struct Case {
  const char* name;
  std::string base, ours, theirs, text;
  Ranges conflicts;
};

TEST(LineMerge, TakesWhatDoesNotTouchAndNamesTheRest) {
  const Case cases[] = {
      {"nothing changed", "a\nb\n", "a\nb\n", "a\nb\n", "a\nb\n", {}},
      {"only ours", "a\nb\n", "a\nB\n", "a\nb\n", "a\nB\n", {}},
      {"only theirs", "a\nb\n", "a\nb\n", "b\n", "b\n", {}},
      {"apart", "a\nb\nc\n", "A\nb\nc\n", "a\nb\nC\n", "A\nb\nC\n", {}},
      {"ours grows before theirs",
       "a\nb\nc\n",
       "x\ny\na\nb\nc\n",
       "a\nb\nC\n",
       "x\ny\na\nb\nC\n",
       {}},
      {"both alike", "a\nb\nc\n", "a\nB\nc\n", "a\nB\nc\n", "a\nB\nc\n", {}},
      {"the same line", "a\nb\nc\n", "a\nX\nc\n", "a\nY\nc\n", "a\nX\nc\n", {{1, 2}}},
      {"lines that touch", "a\nb\nc\n", "A\nb\nc\n", "a\nB\nc\n", "A\nb\nc\n", {{0, 2}}},
      {"both insert in one place", "a\n", "a\nx\n", "a\ny\n", "a\nx\n", {{1, 2}}},
      {"removed under an edit", "a\nb\nc\n", "a\nb!\nc\n", "a\nc\n", "a\nb!\nc\n", {{1, 2}}},
      {"the end without a newline", "a\nb\nc", "a\nb\nC", "A\nb\nc", "A\nb\nC", {}},
      {"from nothing", "", "x\n", "", "x\n", {}},
      {"a conflict and a merge",
       "a\nb\nc\nd\ne\n",
       "X\nb\nc\nd\ne\n",
       "Y\nb\nc\nd\nE\n",
       "X\nb\nc\nd\nE\n",
       {{0, 1}}},
  };
  for (const Case& each : cases) {
    const Merged merged = merge_lines(each.base, each.ours, each.theirs);
    EXPECT_EQ(merged.text, each.text) << each.name;
    EXPECT_EQ(merged.conflicts, each.conflicts) << each.name;
  }
}

std::string text_of(const std::vector<int>& lines) {
  std::string text;
  for (const int line : lines) text += "line " + std::to_string(std::abs(line) % 7) + "\n";
  return text;
}

RC_GTEST_PROP(LineMergeProperty, WithoutOurChangesItIsTheirsAndWithoutTheirsOurs,
              (const std::vector<int>& a, const std::vector<int>& b)) {
  const std::string base = text_of(a), other = text_of(b);
  RC_ASSERT(merge_lines(base, base, other).text == other);
  RC_ASSERT(merge_lines(base, other, base).text == other);
  RC_ASSERT(merge_lines(base, other, other).text == other);
  RC_ASSERT(merge_lines(base, other, other).conflicts.empty());
}

RC_GTEST_PROP(LineMergeProperty, IsTheSameFromBothSidesWithoutConflicts,
              (const std::vector<int>& a, const std::vector<int>& b, const std::vector<int>& c)) {
  const std::string base = text_of(a), ours = text_of(b), theirs = text_of(c);
  const Merged merged = merge_lines(base, ours, theirs);
  const Merged turned = merge_lines(base, theirs, ours);
  RC_ASSERT(merged.conflicts.size() == turned.conflicts.size());
  if (merged.conflicts.empty()) RC_ASSERT(merged.text == turned.text);
}

/// Changes of lines that are far enough apart are all in the result, and nothing else is.
RC_GTEST_PROP(LineMergeProperty, ChangesOfLinesThatAreApartAreAllMade,
              (const std::vector<std::uint8_t>& who)) {
  std::string base, ours, theirs, wanted;
  for (std::size_t i = 0; i < who.size(); ++i) {
    const std::string line = "line " + std::to_string(i) + "\n";
    const std::string mine = who[i] % 3 == 1 ? "mine " + line : line;
    const std::string other = who[i] % 3 == 2 ? (who[i] % 2 == 0 ? "" : "other " + line) : line;
    base += line + "between " + line;
    ours += mine + "between " + line;
    theirs += other + "between " + line;
    wanted += (mine == line ? other : mine) + "between " + line;
  }
  const Merged merged = merge_lines(base, ours, theirs);
  RC_ASSERT(merged.conflicts.empty());
  RC_ASSERT(merged.text == wanted);
}

}  // namespace
}  // namespace coditect::tools
