#include "coordination/locks/path_pattern.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/limits.h"
#include "coordination/locks/brute_force.h"
#include "coordination/locks/path.h"

namespace coditect::locks {
namespace {

using namespace std::string_view_literals;

TEST(CanonicalPath, OneSpelling) {
  const struct {
    std::string_view given;
    std::string_view canonical;
  } cases[] = {{"a", "a"},
               {"a/b.txt", "a/b.txt"},
               {"./a", "a"},
               {"a/./b", "a/b"},
               {"././a/././b", "a/b"},
               {"...", "..."},
               {"..a/b..", "..a/b.."},
               {".git/config", ".git/config"},
               {"a b/\xc3\xa4", "a b/\xc3\xa4"},
               {"a*[b]?", "a*[b]?"}};
  for (const auto& test : cases) {
    const auto path = canonical_path(test.given);
    ASSERT_TRUE(path) << test.given;
    EXPECT_EQ(*path, test.canonical);
  }
}

TEST(CanonicalPath, Refuses) {
  const std::string long_path(limits::kPathBytesMax + 1, 'a');
  const std::string_view cases[] = {"",
                                    ".",
                                    "./",
                                    "/",
                                    "/a",
                                    "..",
                                    "../a",
                                    "a/..",
                                    "a/../b",
                                    "a//b",
                                    "//a",
                                    "a/",
                                    "a//",
                                    "a\\b",
                                    "a\0b"sv,
                                    "\xff",
                                    "\xc0\xaf",
                                    "a/\xed\xa0\x80",
                                    "\xf4\x90\x80\x80",
                                    "\xe2\x82",
                                    long_path};
  for (std::string_view path : cases) {
    const auto refused = canonical_path(path);
    ASSERT_FALSE(refused) << path;
    EXPECT_EQ(refused.error().code, Errc::kInvalid);
    EXPECT_FALSE(refused.error().hint.empty());
  }
  EXPECT_TRUE(canonical_path(std::string(limits::kPathBytesMax, 'a')));
}

TEST(CanonicalFolder, TheProjectItselfIsEmpty) {
  for (std::string_view root : {"", ".", "./", "././"}) EXPECT_EQ(*canonical_folder(root), "");
  EXPECT_EQ(*canonical_folder("a/b/"), "a/b");
  EXPECT_EQ(*canonical_folder("./a"), "a");
  for (std::string_view path : {"/", "..", "a//", "a/../b"}) EXPECT_FALSE(canonical_folder(path));
}

TEST(PathPattern, CanonicalTextAndKind) {
  using enum PathPattern::Kind;
  const struct {
    std::string_view given;
    std::string_view text;
    PathPattern::Kind kind;
    std::string_view key;
  } cases[] = {{"a/b.txt", "a/b.txt", kFile, "a/b.txt/"},
               {"./a", "a", kFile, "a/"},
               {"a/b/", "a/b/", kFolder, "a/b/"},
               {"a/b/**", "a/b/", kFolder, "a/b/"},
               {"a/**/**/", "a/", kFolder, "a/"},
               {"**", "**", kFolder, ""},
               {"**/", "**", kFolder, ""},
               {"src/**/*.cpp", "src/**/*.cpp", kGlob, "src/"},
               {"src/**/**/x", "src/**/x", kGlob, "src/"},
               {"*/a", "*/a", kGlob, ""},
               {"src/*/", "src/*/", kGlob, "src/"},
               {"a[b", "a[b", kFile, "a[b/"},
               {"a[]b", "a[]b", kFile, "a[]b/"},
               {"app/[id]/page.tsx", "app/[id]/page.tsx", kGlob, "app/"}};
  for (const auto& test : cases) {
    const auto pattern = PathPattern::parse(test.given);
    ASSERT_TRUE(pattern) << test.given;
    EXPECT_EQ(pattern->text(), test.text);
    EXPECT_EQ(pattern->kind(), test.kind) << test.given;
    EXPECT_EQ(pattern->key(), test.key) << test.given;
    EXPECT_EQ(PathPattern::parse(pattern->text())->text(), test.text);
  }
}

TEST(PathPattern, Refuses) {
  const std::string wild = std::string(limits::kPathWildcardsMax + 1, '?');
  for (std::string_view text : {""sv, "."sv, "/"sv, "/*"sv, "../*"sv, "a//*"sv, "a/../*"sv, "*\\"sv,
                                "*\0"sv, std::string_view(wild)}) {
    const auto refused = PathPattern::parse(text);
    ASSERT_FALSE(refused) << text;
    EXPECT_EQ(refused.error().code, Errc::kInvalid);
  }
}

TEST(PathPattern, Overlap) {
  const struct {
    std::string_view a;
    std::string_view b;
    bool overlap;
  } cases[] = {{"src/a", "src/ab", false},
               {"src/a", "src/a", true},
               {"src/a/", "src/ab", false},
               {"src/a/", "src/ab/", false},
               {"src/a/", "src/a/b/c", true},
               {"src/a/", "src/a", true},
               {"src/a", "src/a/b", false},
               {"src/", "src/a/b/", true},
               {"**", "anything/at/all", true},
               {"**", "*", true},
               {"src/**/*.cpp", "src/x.cpp", true},
               {"src/**/*.cpp", "src/a/b/x.cpp", true},
               {"src/**/*.cpp", "src/a/b/x.h", false},
               {"src/**/*.cpp", "lib/x.cpp", false},
               {"src/**/*.cpp", "src/a/", true},
               {"src/**/*.cpp", "src/**/*.h", false},
               {"src/**/*.cpp", "**/main.*", true},
               {"src/**/a/*", "src/b/**/c", true},
               {"*/x", "y/*", true},
               {"*.cpp", "src/*.cpp", false},
               {"a?c", "ab*", true},
               {"a?c", "a??c", false},
               {"[a-f]*", "*[x-z]", true},
               {"[a-f]", "[g-z]", false},
               {"[!a]", "a", false},
               {"[!a]", "[^b]", true},
               {"?", "\xc3\xa4", true},
               {"??", "\xc3\xa4", false},
               {"app/[id]/page.tsx", "app/[id]/page.tsx", true},
               {"app/[id]/*", "app/[id]/page.tsx", true},
               {"app/[id]/", "app/i/x", true},
               {"app/[id]/", "app/x/x", false}};
  for (const auto& test : cases) {
    const auto a = PathPattern::parse(test.a);
    const auto b = PathPattern::parse(test.b);
    ASSERT_TRUE(a && b);
    EXPECT_EQ(a->overlaps(*b), test.overlap) << test.a << " and " << test.b;
    EXPECT_EQ(b->overlaps(*a), test.overlap) << test.b << " and " << test.a;
  }
}

TEST(PathPattern, AFileIsProtectedByItsOwnNameWhateverItHolds) {
  for (std::string_view name : {"app/[id].tsx", "[a", "*", "a?b", "[[...slug]]/page.tsx", "**/x"}) {
    const auto file = PathPattern::file(name);
    const auto pattern = PathPattern::parse(name);
    ASSERT_TRUE(file && pattern);
    EXPECT_EQ(file->kind(), PathPattern::Kind::kFile);
    EXPECT_TRUE(pattern->overlaps(*file)) << name;
    EXPECT_TRUE(pattern->covers(*file)) << name;
  }
}

TEST(PathPattern, Covers) {
  const struct {
    std::string_view a;
    std::string_view b;
    bool covers;
  } cases[] = {{"a/", "a/b/c", true},    {"a/", "a/b/", true},      {"a/", "a/*.c", true},
               {"a/", "*.c", false},     {"a/b", "a/", false},      {"a/b/", "a/", false},
               {"a/*.c", "a/x.c", true}, {"a/*.c", "a/x.h", false}, {"a/*.c", "a/*.c", true},
               {"a/*", "a/*.c", false},  {"**", "*/x", true},       {"a", "a/", false},
               {"a/", "ab", false}};
  for (const auto& test : cases) {
    const auto a = PathPattern::parse(test.a);
    const auto b = PathPattern::parse(test.b);
    ASSERT_TRUE(a && b);
    EXPECT_EQ(a->covers(*b), test.covers) << test.a << " over " << test.b;
  }
}

TEST(PathPattern, TheCostlyPatternStaysCheap) {
  std::string a;
  std::string b;
  for (std::size_t i = 0; i < limits::kPathWildcardsMax / 2; ++i) {
    a += "**/a*/";
    b += "**/*b/";
  }
  const auto left = PathPattern::parse(a + std::string(500, 'x'));
  const auto right = PathPattern::parse(b + std::string(500, 'y'));
  ASSERT_TRUE(left && right);
  EXPECT_FALSE(left->overlaps(*right));
}

rc::Gen<std::string> some_segment() {
  const auto token =
      rc::gen::element<std::string>("a", "b", "c", "*", "?", "[ab]", "[!a]", "[b-c]");
  return rc::gen::map(rc::gen::resize(3, rc::gen::container<std::vector<std::string>>(token)),
                      [](const std::vector<std::string>& tokens) {
                        std::string text;
                        for (const std::string& t : tokens) text += t;
                        // "**" alone would be another thing, and no segment is empty.
                        return text.empty() || text == "**" ? std::string("a") : text;
                      });
}

RC_GTEST_PROP(PathPatternProperty, SegmentOverlapIsThatOfBruteForce, ()) {
  static const auto kStrings = testing::all_strings("abcd", 6);
  const std::string a = *some_segment();
  const std::string b = *some_segment();
  const auto both = [&](const std::string& text) {
    return testing::segment_matches(a, text) && testing::segment_matches(b, text);
  };
  const bool expected = both(a) || both(b) || std::ranges::any_of(kStrings, both);
  RC_ASSERT(SegmentPattern::parse(a).overlaps(SegmentPattern::parse(b)) == expected);
}

rc::Gen<std::string> some_pattern() {
  const auto segment = rc::gen::element<std::string>("a", "b", "*", "?", "**", "[ab]", "[!a]");
  const auto segments =
      rc::gen::resize(3, rc::gen::nonEmpty(rc::gen::container<std::vector<std::string>>(segment)));
  return rc::gen::map(rc::gen::pair(segments, rc::gen::element<std::string>("", "/")),
                      [](const std::pair<std::vector<std::string>, std::string>& made) {
                        std::string text;
                        for (const std::string& s : made.first)
                          text += (text.empty() ? "" : "/") + s;
                        return text + made.second;
                      });
}

RC_GTEST_PROP(PathPatternProperty, PathOverlapAndCoverAreThoseOfBruteForce, ()) {
  static const auto kPaths = testing::all_paths({"a", "b", "[ab]", "[!a]"}, 6);
  const std::string a = *some_pattern();
  const std::string b = *some_pattern();
  const auto left = PathPattern::parse(a);
  const auto right = PathPattern::parse(b);
  RC_ASSERT(left.ok() && right.ok());
  bool common = false;
  bool beyond = false;  // some path of b is not one of a
  for (const std::string& path : kPaths) {
    if (!testing::path_matches(b, path)) continue;
    (testing::path_matches(a, path) ? common : beyond) = true;
    if (common && beyond) break;
  }
  RC_ASSERT(left->overlaps(*right) == common);
  RC_ASSERT(right->overlaps(*left) == common);
  if (left->covers(*right)) RC_ASSERT(!beyond);
  RC_ASSERT(PathPattern::parse(left->text())->overlaps(*right) == common);
}

RC_GTEST_PROP(PathPatternProperty, AFileOverlapsWhatMatchesIt, ()) {
  static const auto kPaths = testing::all_paths({"a", "b", "[ab]"}, 4);
  const std::string pattern = *some_pattern();
  const std::string path = *rc::gen::elementOf(kPaths);
  const auto file = PathPattern::file(path);
  RC_ASSERT(PathPattern::parse(pattern)->overlaps(*file) == testing::path_matches(pattern, path));
}

}  // namespace
}  // namespace coditect::locks
