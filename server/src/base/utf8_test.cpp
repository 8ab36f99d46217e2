#include "base/utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace coditect {
namespace {

TEST(Utf8, TellsTextFromOtherBytes) {
  const struct {
    const char* name;
    std::string bytes;
    bool is_text;
  } cases[] = {
      {"nothing", "", true},
      {"letters", "plain", true},
      {"two, three and four bytes", "\u00e9\u20ac\U0001f600", true},
      {"the last code point", "\xf4\x8f\xbf\xbf", true},
      {"a lone continuation", "\x80", false},
      {"a letter that breaks off", "a\xe2\x82", false},
      {"Latin-1",
       "Gr\xfc\xdf"
       "e",
       false},
      {"an overlong slash", "\xc0\xaf", false},
      {"an overlong euro", "\xf0\x82\x82\xac", false},
      {"a surrogate", "\xed\xa0\x80", false},
      {"beyond the last code point", "\xf4\x90\x80\x80", false},
      {"no lead at all", "\xff", false},
  };
  for (const auto& c : cases) EXPECT_EQ(is_utf8(c.bytes), c.is_text) << c.name;
}

}  // namespace
}  // namespace coditect
