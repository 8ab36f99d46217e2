#include "workspace/live/change_set.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "workspace/live/utf16.h"

namespace coditect::workspace {
namespace {

std::string after(std::string_view text, std::string_view changes) {
  const auto applied = apply_change_set(*to_utf16(text), parse_json(changes)->as_array());
  return applied ? to_utf8(*applied) : "refused";
}

TEST(ChangeSet, IsAppliedAsCodeMirrorDoes) {
  EXPECT_EQ(after("abc", "[3]"), "abc");
  EXPECT_EQ(after("abc", R"([1,[1,"x","y"],1])"), "ax\nyc");
  EXPECT_EQ(after("abc", "[[3]]"), "");
  EXPECT_EQ(after("", R"([[0,"a",""]])"), "a\n");
  EXPECT_EQ(after("🙂b", R"([2,[0,"é"],1])"), "🙂éb");
}

TEST(ChangeSet, RefusesWhatIsNoChangeOfTheText) {
  for (const char* changes :
       {"[2]", "[4]", "[-1]", "[3,1]", "[[4]]", "[[]]", R"([["a"],3])", "[1.5]",
        R"([[0,"a\nb"],3])", "[[0,1],3]", "[null]", R"(["abc"])", "[]"}) {
    EXPECT_EQ(after("abc", changes), "refused") << changes;
  }
}

TEST(ChangeSet, BetweenTwoTextsTouchesOnlyWhatDiffers) {
  const auto between = [](std::string_view a, std::string_view b) {
    return json::serialize(change_set_between(*to_utf16(a), *to_utf16(b)));
  };
  EXPECT_EQ(between("a", "a"), "[1]");
  EXPECT_EQ(between("", ""), "[]");
  EXPECT_EQ(between("one\ntwo\nthree\n", "one\ntWo\nthree\nfour\n"),
            R"([5,[1,"W"],8,[0,"four",""]])");
  EXPECT_EQ(between("🙂", "🙃"), R"([[2,"🙃"]])");
}

/// Texts of few letters, so that lines repeat; with characters outside the basic plane.
rc::Gen<std::string> texts() {
  const auto part = rc::gen::element<std::string>("a", "b", "\n", "🙂", "🙃", "é", "\r");
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(part),
                      [](const std::vector<std::string>& parts) {
                        std::string text;
                        for (const std::string& each : parts) text += each;
                        return text;
                      });
}

RC_GTEST_PROP(ChangeSet, BetweenLeadsFromTheOneToTheOther, ()) {
  const std::string before = *texts(), then = *texts();
  const json::array changes = change_set_between(*to_utf16(before), *to_utf16(then));
  const auto applied = apply_change_set(*to_utf16(before), changes);
  RC_ASSERT(applied.ok());
  RC_ASSERT(to_utf8(*applied) == then);
}

RC_GTEST_PROP(Utf16, IsReadAsItWasWritten, ()) {
  const std::string text = *texts();
  RC_ASSERT(to_utf8(*to_utf16(text)) == text);
}

TEST(Utf16, RefusesWhatIsNotUtf8) {
  for (const char* bytes : {"\x80", "\xC3", "\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                            "\xE2\x82", "\xFF", "a\xE2\x28\xA1"}) {
    EXPECT_FALSE(to_utf16(bytes).ok()) << bytes;
  }
  EXPECT_EQ(to_utf8(std::u16string{u'a', static_cast<char16_t>(0xD83D), u'b'}),
            "a\xEF\xBF\xBD"
            "b");
}

TEST(DocumentText, HasOneCharacterForALineBreak) {
  EXPECT_EQ(document_text("a\r\nb\r\n"), "a\nb\n");
  EXPECT_EQ(document_text("a\r\nb\n"), "a\r\nb\n");
  EXPECT_EQ(document_text("a\rb"), "a\rb");
  EXPECT_EQ(document_text("\r\r\n"), "\r\n");
  EXPECT_EQ(document_text(""), "");
}

}  // namespace
}  // namespace coditect::workspace
