#include "tools/sandbox/bounded_output.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <vector>

namespace coditect::tools {
namespace {

TEST(ToValidUtf8Test, ReplacesOnlyWhatIsNotUtf8) {
  struct Case {
    const char* name;
    std::string_view text;
    std::string_view valid;
  };
  using namespace std::string_view_literals;
  const Case cases[] = {
      {"plain", "abc", "abc"},
      {"two to four bytes", "é€😀", "é€😀"},
      {"lone continuation", "a\x80z", "a\uFFFDz"},
      {"unfinished", "\xE2\x82", "\uFFFD\uFFFD"},
      {"overlong", "\xC0\xAF", "\uFFFD\uFFFD"},
      {"surrogate", "\xED\xA0\x80", "\uFFFD\uFFFD\uFFFD"},
      {"beyond the last", "\xF4\x90\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD"},
      {"NUL", "a\0b"sv, "a b"},
  };
  for (const Case& each : cases) EXPECT_EQ(to_valid_utf8(each.text), each.valid) << each.name;
}

/// Text of characters of one to four bytes.
rc::Gen<std::string> utf8_texts() {
  const auto character = rc::gen::element<std::string>("a", "\n", "é", "€", "😀");
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(character),
                      [](const std::vector<std::string>& characters) {
                        std::string text;
                        for (const auto& each : characters) text += each;
                        return text;
                      });
}

TEST(TruncateMiddleTest, NeverCutsACharacter) {
  EXPECT_TRUE(rc::check([] {
    const std::string text = *utf8_texts();
    const std::size_t bytes_max = *rc::gen::inRange<std::size_t>(0, 40);
    const std::string cut = truncate_middle(text, bytes_max);
    RC_ASSERT(cut.find("\uFFFD") == std::string::npos);
    RC_ASSERT(to_valid_utf8(cut) == cut);
    RC_ASSERT(cut.size() <= bytes_max + 100);
    if (text.size() <= bytes_max) RC_ASSERT(cut == text);
    if (text.size() > bytes_max) RC_ASSERT(cut.find("left out here") != std::string::npos);
  }));
}

TEST(TruncateMiddleTest, KeepsBothEnds) {
  const std::string text = "begin" + std::string(1000, '.') + "end";
  EXPECT_EQ(truncate_middle(text, 10), "begin\n[... 998 bytes left out here ...]\n..end");
}

TEST(BoundedOutputTest, ItDoesNotMatterHowTheStreamIsCut) {
  EXPECT_TRUE(rc::check([](const std::vector<std::string>& chunks) {
    const std::size_t bytes_max = *rc::gen::inRange<std::size_t>(0, 60);
    BoundedOutput output(bytes_max);
    std::string whole;
    for (const std::string& chunk : chunks) {
      output.append(chunk);
      whole += chunk;
    }
    RC_ASSERT(output.total_bytes() == whole.size());
    RC_ASSERT(output.truncated() == (whole.size() > bytes_max));
    RC_ASSERT(output.text() == truncate_middle(whole, bytes_max));
  }));
}

TEST(Utf8PrefixTest, EndsBetweenCharacters) {
  EXPECT_EQ(utf8_prefix("aé", 3), 3u);
  EXPECT_EQ(utf8_prefix("aé", 2), 1u);
  EXPECT_EQ(utf8_prefix("😀", 3), 0u);
  EXPECT_EQ(utf8_prefix("\x80\x80\x80\x80\x80\x80", 5), 5u);
}

}  // namespace
}  // namespace coditect::tools
