#include "tools/text_diff.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cstdio>

#include "tools/shortest_edit.h"

namespace coditect::tools {
namespace {

TEST(UnifiedDiffTest, LooksAsPatchExpects) {
  struct Case {
    const char* name;
    const char* before;
    const char* after;
    const char* text;
  };
  const Case cases[] = {
      {"equal", "a\n", "a\n", ""},
      {"one line", "a\nb\nc\n", "a\nB\nc\n",
       "--- before\n+++ after\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n"},
      {"from nothing", "", "a\n", "--- before\n+++ after\n@@ -0,0 +1,1 @@\n+a\n"},
      {"to nothing", "a\n", "", "--- before\n+++ after\n@@ -1,1 +0,0 @@\n-a\n"},
      {"no newline before", "a", "a\n",
       "--- before\n+++ after\n@@ -1,1 +1,1 @@\n-a\n\\ No newline at end of file\n+a\n"},
      {"context is cut", "1\n2\n3\n4\n5\n6\n", "1\n2\n3\n4\n5\n6\n7\n",
       "--- before\n+++ after\n@@ -4,3 +4,4 @@\n 4\n 5\n 6\n+7\n"},
      {"two hunks", "a\n1\n2\n3\n4\n5\n6\n7\nb\n", "A\n1\n2\n3\n4\n5\n6\n7\nB\n",
       "--- before\n+++ after\n@@ -1,4 +1,4 @@\n-a\n+A\n 1\n 2\n 3\n"
       "@@ -6,4 +6,4 @@\n 5\n 6\n 7\n-b\n+B\n"},
  };
  for (const Case& each : cases) {
    const Diff diff = unified_diff(each.before, each.after);
    EXPECT_EQ(diff.text, each.text) << each.name;
    EXPECT_FALSE(diff.truncated);
  }
}

TEST(UnifiedDiffTest, SaysWhereItIsCut) {
  std::string before, after;
  for (int i = 0; i < 1000; ++i) after += "line " + std::to_string(i) + "\n";
  DiffOptions options;
  options.bytes_max = 300;
  const Diff diff = unified_diff(before, after, options);
  EXPECT_TRUE(diff.truncated);
  EXPECT_EQ(diff.lines_added, 1000u);
  EXPECT_TRUE(diff.text.ends_with("[... the rest of the diff is left out ...]\n"));
  EXPECT_LT(diff.text.size(), 400u);
}

/// Applies a unified diff as `patch` does, checking every line of it.
std::string patched(std::string_view before, std::string_view diff) {
  const auto lines = split_lines(before);
  std::string result;
  std::size_t at = 0;
  const auto diff_lines = split_lines(diff);
  for (std::size_t i = 2; i < diff_lines.size(); ++i) {
    std::string line(diff_lines[i]);
    std::size_t begin = 0, count = 0;
    if (std::sscanf(line.c_str(), "@@ -%zu,%zu", &begin, &count) == 2) {
      const std::size_t first = count == 0 ? begin : begin - 1;
      while (at < first) result += lines[at++];
      continue;
    }
    std::string content = line.substr(1);
    if (i + 1 < diff_lines.size() && diff_lines[i + 1].starts_with('\\')) content.pop_back();
    if (line[0] == '\\') continue;
    if (line[0] != '+') RC_ASSERT(lines.at(at++) == content);
    if (line[0] != '-') result += content;
  }
  while (at < lines.size()) result += lines[at++];
  return result;
}

/// Few different lines, so that much is common; the last line may lack its newline.
rc::Gen<std::string> texts() {
  const auto line = rc::gen::element<std::string>("a\n", "b\n", "c\n", "\n", "dd\n");
  return rc::gen::map(
      rc::gen::pair(rc::gen::container<std::vector<std::string>>(line), rc::gen::arbitrary<bool>()),
      [](const std::pair<std::vector<std::string>, bool>& made) {
        std::string text;
        for (const auto& each : made.first) text += each;
        return made.second ? text + "end" : text;
      });
}

TEST(UnifiedDiffTest, AppliedToOneTextGivesTheOther) {
  EXPECT_TRUE(rc::check([] {
    const auto before = *texts();
    const auto after = *texts();
    DiffOptions options;
    options.bytes_max = 1u << 20;
    options.context_lines = *rc::gen::inRange<std::size_t>(0, 5);
    options.edits_max = *rc::gen::inRange<std::size_t>(0, 60);
    const Diff diff = unified_diff(before, after, options);
    RC_ASSERT(!diff.truncated);
    RC_ASSERT(patched(before, diff.text) == after);
    RC_ASSERT(diff.text.empty() == (before == after));
  }));
}

TEST(UnifiedDiffTest, StaysWithinItsBound) {
  EXPECT_TRUE(rc::check([] {
    DiffOptions options;
    options.bytes_max = *rc::gen::inRange<std::size_t>(0, 200);
    const Diff diff = unified_diff(*texts(), *texts(), options);
    RC_ASSERT(diff.text.size() <= options.bytes_max + 60);
  }));
}

/// The textbook dynamic programme: the number of edits of a shortest edit.
std::size_t fewest_edits(const std::vector<std::uint32_t>& a, const std::vector<std::uint32_t>& b) {
  std::vector<std::vector<std::size_t>> table(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        table[i][j] = i + j;
      } else if (a[i - 1] == b[j - 1]) {
        table[i][j] = table[i - 1][j - 1];
      } else {
        table[i][j] = 1 + std::min(table[i - 1][j], table[i][j - 1]);
      }
    }
  }
  return table[a.size()][b.size()];
}

TEST(ShortestEditTest, IsShortestAndRight) {
  EXPECT_TRUE(rc::check([] {
    const auto sequences =
        rc::gen::container<std::vector<std::uint32_t>>(rc::gen::inRange<std::uint32_t>(0, 4));
    const auto before = *sequences;
    const auto after = *sequences;
    std::size_t edits = 0, at = 0;
    std::vector<std::uint32_t> rebuilt;
    for (const Change& change : shortest_edit(before, after, 1000)) {
      RC_ASSERT(change.before_begin >= at);
      while (at < change.before_begin) rebuilt.push_back(before[at++]);
      RC_ASSERT(rebuilt.size() == change.after_begin);
      for (auto i = change.after_begin; i < change.after_end; ++i) rebuilt.push_back(after[i]);
      at = change.before_end;
      edits += change.before_end - change.before_begin + change.after_end - change.after_begin;
    }
    while (at < before.size()) rebuilt.push_back(before[at++]);
    RC_ASSERT(rebuilt == after);
    RC_ASSERT(edits == fewest_edits(before, after));
  }));
}

TEST(ShortestEditTest, FallsBackToOneReplacement) {
  const std::vector<std::uint32_t> before{1, 2, 3, 4, 9};
  const std::vector<std::uint32_t> after{1, 5, 6, 7, 9};
  const std::vector<Change> whole{{1, 4, 1, 4}};
  EXPECT_EQ(shortest_edit(before, after, 2), whole);
}

}  // namespace
}  // namespace coditect::tools
