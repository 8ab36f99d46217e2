#include "storage/files/file_change.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/sha256.h"

namespace coditect::files {
namespace {

/// Texts of few different characters, some of two to four bytes, so that changes meet in them.
rc::Gen<std::string> text() {
  const auto piece = rc::gen::element<std::string>("a", "b", "\n", "\xc3\xa4", "\xc3\xa5",
                                                   "\xe2\x82\xac", "\xf0\x9f\x98\x80");
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(piece),
                      [](const std::vector<std::string>& pieces) {
                        std::string whole;
                        for (const std::string& each : pieces) whole += each;
                        return whole;
                      });
}

RC_GTEST_PROP(FileChange, ASpliceTurnsBeforeIntoAfterAndCutsNoCharacter, ()) {
  const std::string before = *text();
  const std::string after = *text();
  const Splice splice = splice_between(before, after);
  RC_ASSERT(*apply_splice(before, splice) == after);
  RC_ASSERT(is_text(splice.insert));
  RC_ASSERT(is_text(before.substr(0, splice.at)));
  RC_ASSERT(is_text(before.substr(splice.at + splice.remove)));
}

TEST(FileChange, NothingChanges) {
  const Splice splice = splice_between("same", "same");
  EXPECT_EQ(splice.remove, 0u);
  EXPECT_EQ(splice.insert, "");
}

TEST(FileChange, RefusesASpliceOutsideTheFile) {
  EXPECT_FALSE(apply_splice("abc", {4, 0, "x"}));
  EXPECT_FALSE(apply_splice("abc", {2, 2, "x"}));
  EXPECT_FALSE(apply_splice("abc", {0, SIZE_MAX, "x"}));
  EXPECT_EQ(*apply_splice("abc", {3, 0, "d"}), "abcd");
}

TEST(FileChange, TextIsUtf8WithoutNul) {
  const struct {
    std::string bytes;
    bool text;
  } cases[] = {{"", true},
               {"plain\n", true},
               {"\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80", true},
               {std::string("a\0b", 3), false},
               {"\x80", false},
               {"\xc3", false},
               {"\xc0\xaf", false},
               {"\xe0\x80\xaf", false},
               {"\xed\xa0\x80", false},
               {"\xf4\x90\x80\x80", false},
               {"\xff\xfe", false}};
  for (const auto& c : cases) EXPECT_EQ(is_text(c.bytes), c.text) << c.bytes;
}

Event edit(json::object data) {
  Event event;
  event.seq = 9;
  event.type = "file_edit";
  event.data = std::move(data);
  return event;
}

TEST(FileChange, ContentFollowsFromAnEdit) {
  const auto blob = [](const std::string& hash) -> Result<std::string> {
    if (hash == sha256_hex("stored")) return std::string("stored");
    return not_found("no blob");
  };
  const json::object splice{{"at", 1}, {"remove", 1}, {"insert", "XY"}};
  EXPECT_EQ(*content_after(edit({{"op", "write"}, {"splice", splice}}), "abc", blob), "aXYc");
  EXPECT_EQ(*content_after(edit({{"op", "create"}, {"text", "new"}}), "", blob), "new");
  EXPECT_EQ(*content_after(edit({{"op", "write"}, {"blob", sha256_hex("stored")}}), "", blob),
            "stored");
  EXPECT_EQ(*content_after(edit({{"op", "move"}, {"hash", sha256_hex("abc")}}), "abc", blob),
            "abc");
  EXPECT_EQ(*content_after(edit({{"op", "remove"}}), "abc", blob), "");
  EXPECT_FALSE(content_after(edit({{"op", "write"}, {"blob", sha256_hex("lost")}}), "", blob));
  EXPECT_FALSE(content_after(edit({{"op", "write"}}), "", blob));
  const json::object outside{{"at", -1}, {"remove", 0}, {"insert", ""}};
  EXPECT_FALSE(content_after(edit({{"op", "write"}, {"splice", outside}}), "abc", blob));
  // The hash is checked: an edit that does not fit what is there is not applied.
  EXPECT_FALSE(content_after(edit({{"op", "write"}, {"splice", splice}, {"hash", sha256_hex("q")}}),
                             "abc", blob));
}

}  // namespace
}  // namespace coditect::files
