#include "tools/sandbox/utf8_chunks.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tools/sandbox/bounded_output.h"

namespace coditect::tools {
namespace {

TEST(Utf8ChunksTest, KeepsTheBeginningOfACharacter) {
  struct Case {
    const char* name;
    std::vector<std::string> chunks;
    std::vector<std::string> passed_on;
    std::string last;
  };
  const Case cases[] = {
      {"whole", {"abc"}, {"abc"}, ""},
      {"two bytes cut", {"a\xC3", "\xA9z"}, {"a", "\xC3\xA9z"}, ""},
      {"three bytes in three", {"\xE2", "\x82", "\xAC"}, {"", "", "\xE2\x82\xAC"}, ""},
      {"four bytes cut late", {"\xF0\x9F\x98", "\x80"}, {"", "\xF0\x9F\x98\x80"}, ""},
      {"never finished", {"a\xE2\x82"}, {"a"}, "\xEF\xBF\xBD\xEF\xBF\xBD"},
      {"followed by another",
       {"\xE2", "a"},
       {"",
        "\xEF\xBF\xBD"
        "a"},
       ""},
      {"lone continuation", {"\x80"}, {"\xEF\xBF\xBD"}, ""},
      {"never a lead byte", {"\xFF"}, {"\xEF\xBF\xBD"}, ""},
      {"NUL", {std::string("a\0b", 3)}, {"ab"}, ""},
  };
  for (const Case& each : cases) {
    SCOPED_TRACE(each.name);
    Utf8Chunks chunks;
    for (std::size_t i = 0; i < each.chunks.size(); ++i) {
      EXPECT_EQ(chunks.next(each.chunks[i]), each.passed_on[i]);
    }
    EXPECT_EQ(chunks.finish(), each.last);
  }
}

RC_GTEST_PROP(Utf8ChunksTest, CutsDoNotMatter, (std::string bytes, std::vector<unsigned> cuts)) {
  std::erase(bytes, '\0');
  Utf8Chunks chunks;
  std::string passed_on;
  std::string_view rest = bytes;
  for (const unsigned cut : cuts) {
    const std::size_t size = rest.empty() ? 0 : cut % (rest.size() + 1);
    const std::string chunk = chunks.next(rest.substr(0, size));
    RC_ASSERT(to_valid_utf8(chunk) == chunk);
    passed_on += chunk;
    rest.remove_prefix(size);
  }
  passed_on += chunks.next(rest);
  passed_on += chunks.finish();
  RC_ASSERT(passed_on == to_valid_utf8(bytes));
}

}  // namespace
}  // namespace coditect::tools
