#include "storage/objects/object_key.h"

#include <gtest/gtest.h>

#include <string>

#include "base/storage_limits.h"

namespace coditect::objects {
namespace {

TEST(ObjectKey, TakesRelativePathsOfUtf8) {
  const std::string keys[] = {
      "a",
      "nodes/n-1/7/log/00000001",
      "a b/c%20+~!'()*&=;@,$?#[]^`{}|\\\"<>",
      "ünï/日本/😀",
      "...",
      ".hidden",
      "..a/b..",
      std::string(kKeyComponentBytesMax, 'k'),
      "\xf4\x8f\xbf\xbd",  // near the last code point
  };
  for (const std::string& key : keys) EXPECT_TRUE(check_key(key)) << key;
  std::string longest = "a";
  while (longest.size() + 2 <= limits::kObjectKeyBytesMax) longest += "/a";
  longest.resize(limits::kObjectKeyBytesMax, 'a');
  EXPECT_TRUE(check_key(longest));
}

TEST(ObjectKey, RefusesWhatSomeStoreCannotHold) {
  std::string long_key = "a";
  while (long_key.size() <= limits::kObjectKeyBytesMax) long_key += "/a";
  const std::string keys[] = {
      "",
      "/",
      "/a",
      "a/",
      "a//b",
      ".",
      "..",
      "a/./b",
      "a/../b",
      "../a",
      std::string("a\0b", 3),
      "a\nb",
      "a\rb",
      "a\tb",
      "a\x7f",
      "\x80",              // a continuation byte alone
      "\xc3",              // cut short
      "\xc0\xaf",          // an overlong "/"
      "\xe0\x80\xaf",      // the same in three bytes
      "\xed\xa0\x80",      // a surrogate
      "\xf4\x90\x80\x80",  // above U+10FFFF
      "\xf8\x88\x80\x80\x80",
      "\xef\xbf\xbe",  // U+FFFE
      long_key,
      std::string(kKeyComponentBytesMax + 1, 'k'),
  };
  for (const std::string& key : keys) {
    const auto checked = check_key(key);
    ASSERT_FALSE(checked) << key;
    EXPECT_EQ(checked.error().code, Errc::kInvalid) << key;
  }
}

TEST(ObjectKey, APrefixIsAnyBeginningOfAKey) {
  for (const std::string key : {"a", "a/", "a/b", "a/b/.", "..", "", "日"}) {
    EXPECT_TRUE(check_prefix(key)) << key;
  }
  for (const std::string key : {"/", "/a", "a//", "../", "a/../", "a/./b", "\n", "\xc3"}) {
    EXPECT_FALSE(check_prefix(key)) << key;
  }
}

TEST(ObjectKey, BoundsAPage) {
  EXPECT_FALSE(check_list_limit(0));
  EXPECT_TRUE(check_list_limit(1));
  EXPECT_TRUE(check_list_limit(limits::kListPageObjectsMax));
  EXPECT_FALSE(check_list_limit(limits::kListPageObjectsMax + 1));
}

}  // namespace
}  // namespace coditect::objects
