#include "storage/unpack/entry_path.h"

#include <gtest/gtest.h>

#include "base/limits.h"

namespace coditect::unpack {
namespace {

TEST(EntryPath, IsBelowTheProject) {
  const struct {
    const char* name;
    const char* path;
  } cases[] = {
      {"a.txt", "a.txt"},
      {"./src/a.txt", "src/a.txt"},
      {"src//a.txt", "src/a.txt"},
      {"src/", "src"},
      {"./", ""},
      {"a/./b/.", "a/b"},
      {"...", "..."},
      {"..a/b..", "..a/b.."},
      {"a\\b", "a\\b"},
      {"Gr\u00fc\u00dfe \U0001f600", "Gr\u00fc\u00dfe \U0001f600"},
      {"-rf", "-rf"},
      {"C:/x", "C:/x"},
  };
  for (const auto& c : cases) {
    const auto path = entry_path(c.name);
    ASSERT_TRUE(path) << c.name;
    EXPECT_EQ(*path, c.path) << c.name;
  }
}

TEST(EntryPath, RefusesWhatLeadsElsewhereAndSaysWhy) {
  const struct {
    std::string name;
    const char* why;
  } cases[] = {
      {"/etc/passwd", "an absolute path"},
      {"//x", "an absolute path"},
      {"..", "leads out"},
      {"../x", "leads out"},
      {"a/../../x", "leads out"},
      {"a/..", "leads out"},
      {"a/../b", "leads out"},
      {std::string("a\0b", 3), "control character"},
      {"a\nb", "control character"},
      {"\x7f", "control character"},
      {"Gr\xfc\xdf"
       "e",
       "not UTF-8"},
      {std::string(256, 'a'), "too long"},
      {std::string(limits::kPathBytesMax / 2, '/') + "a", "an absolute path"},
  };
  for (const auto& c : cases) {
    const auto path = entry_path(c.name);
    ASSERT_FALSE(path) << c.name;
    EXPECT_EQ(path.error().code, Errc::kInvalid);
    EXPECT_NE(path.error().message.find(c.why), std::string::npos) << path.error().message;
  }
  std::string deep;
  while (deep.size() <= limits::kPathBytesMax) deep += "a/";
  EXPECT_FALSE(entry_path(deep));
}

TEST(EntryPath, IsShownOnOneShortLineOfText) {
  EXPECT_EQ(shown("a\x1b[31m\nb"), "a?[31m?b");
  EXPECT_EQ(shown("a\xff"), "a?");
  EXPECT_EQ(shown("\u00fc"), "\u00fc");
  std::string name(199, 'a');
  name += "\u20ac and more";
  EXPECT_EQ(shown(name), std::string(199, 'a') + "…");
}

TEST(StaysInside, FollowsALinkAsTheKernelWould) {
  const struct {
    const char* path;
    const char* target;
    bool inside;
  } cases[] = {
      {"a", "b", true},
      {"a", ".", true},
      {"a", "./b//c", true},
      {"a/b", "../c", true},
      {"a/b/c", "../../d", true},
      {"a/b/c", "./../d", true},
      {"a/b", "..", true},
      {"a", "...", true},
      {"a", "", false},
      {"a", "/b", false},
      {"a", "..", false},
      {"a", "../b", false},
      {"a/b", "../../c", false},
      {"a/b", "../..", false},
      // Where b/c is a link to the project itself, ".." after it leads out.
      {"a", "b/c/../../x", false},
      {"a/b", "c/..", false},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(stays_inside(c.path, c.target), c.inside) << c.path << " -> " << c.target;
  }
}

}  // namespace
}  // namespace coditect::unpack
