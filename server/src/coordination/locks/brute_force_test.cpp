#include "coordination/locks/brute_force.h"

#include <gtest/gtest.h>

#include <cstddef>

namespace coditect::locks::testing {

namespace {

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t slash = text.find('/');
    parts.push_back(text.substr(0, slash));
    if (slash == std::string_view::npos) return parts;
    text.remove_prefix(slash + 1);
  }
}

bool in_set(std::string_view set, char c) {
  const bool negated = set.starts_with('!') || set.starts_with('^');
  if (negated) set.remove_prefix(1);
  bool found = false;
  for (std::size_t i = 0; i < set.size(); ++i) {
    if (i + 2 < set.size() && set[i + 1] == '-') {
      found = found || (set[i] <= c && c <= set[i + 2]);
      i += 2;
    } else {
      found = found || set[i] == c;
    }
  }
  return found != negated;
}

/// Sets are well formed here: the generators of the tests see to that.
bool glob_matches(std::string_view glob, std::string_view text) {
  if (glob.empty()) return text.empty();
  if (glob[0] == '*') {
    return glob_matches(glob.substr(1), text) ||
           (!text.empty() && glob_matches(glob, text.substr(1)));
  }
  if (text.empty()) return false;
  if (glob[0] == '[') {
    const std::size_t close = glob.find(']', 2);
    return in_set(glob.substr(1, close - 1), text[0]) &&
           glob_matches(glob.substr(close + 1), text.substr(1));
  }
  return (glob[0] == '?' || glob[0] == text[0]) && glob_matches(glob.substr(1), text.substr(1));
}

bool segments_match(const std::vector<std::string_view>& glob, std::size_t i,
                    const std::vector<std::string_view>& path, std::size_t j) {
  if (i == glob.size()) return j == path.size();
  if (glob[i] == "**") {
    return segments_match(glob, i + 1, path, j) ||
           (j < path.size() && segments_match(glob, i, path, j + 1));
  }
  return j < path.size() && segment_matches(glob[i], path[j]) &&
         segments_match(glob, i + 1, path, j + 1);
}

}  // namespace

bool segment_matches(std::string_view glob, std::string_view segment) {
  return glob == segment || glob_matches(glob, segment);
}

bool path_matches(std::string_view pattern, std::string_view path) {
  const bool folder = pattern.ends_with('/');
  if (folder) pattern.remove_suffix(1);
  std::vector<std::string_view> glob = split(pattern);
  if (folder) glob.push_back("**");
  return segments_match(glob, 0, split(path), 0);
}

std::vector<std::string> all_strings(std::string_view letters, std::size_t length) {
  std::vector<std::string> all;
  std::size_t from = 0;
  for (char letter : letters) all.emplace_back(1, letter);
  for (std::size_t size = 2; size <= length; ++size) {
    const std::size_t to = all.size();
    for (; from < to; ++from) {
      for (char letter : letters) all.push_back(all[from] + letter);
    }
  }
  return all;
}

std::vector<std::string> all_paths(const std::vector<std::string>& segments, std::size_t length) {
  std::vector<std::string> all = segments;
  std::size_t from = 0;
  for (std::size_t size = 2; size <= length; ++size) {
    const std::size_t to = all.size();
    for (; from < to; ++from) {
      for (const std::string& segment : segments) all.push_back(all[from] + '/' + segment);
    }
  }
  return all;
}

TEST(BruteForce, KnowsTheObviousCases) {
  EXPECT_TRUE(path_matches("src/**/*.c", "src/x.c"));
  EXPECT_TRUE(path_matches("src/**/*.c", "src/a/b/x.c"));
  EXPECT_FALSE(path_matches("src/**/*.c", "src/a/b/x.h"));
  EXPECT_TRUE(path_matches("a/", "a"));
  EXPECT_TRUE(path_matches("a/", "a/b/c"));
  EXPECT_FALSE(path_matches("a/", "ab"));
  EXPECT_TRUE(segment_matches("[!a-c]?", "dx"));
  EXPECT_TRUE(segment_matches("[ab]", "[ab]"));
  EXPECT_FALSE(segment_matches("[ab]", "ab"));
}

}  // namespace coditect::locks::testing
