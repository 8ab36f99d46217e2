#include "workspace/live/live_document.h"

#include <gtest/gtest.h>

#include "workspace/live/live_limits.h"
#include "workspace/live/utf16.h"

namespace coditect::workspace {
namespace {

using Taken = LiveDocument::Taken;

LiveDocument document(std::string text) {
  return *LiveDocument::create("d_1", {std::move(text), 10, "user:ann"});
}

json::array change(std::string_view text) { return parse_json(text)->as_array(); }

TEST(LiveDocument, TakesChangesOfItsPresentVersionAlone) {
  LiveDocument doc = document("ab");
  ASSERT_TRUE(doc.push(0, "c", "user:ann", {change(R"([[0,"x"],2])"), change(R"([3,[0,"y"]])")}));
  EXPECT_EQ(to_utf8(doc.text()), "xaby");
  EXPECT_EQ(doc.version(), 2u);
  EXPECT_EQ(doc.push(1, "c", "user:ann", {change("[4]")}).error().code, Errc::kConflict);
  EXPECT_EQ(doc.push(3, "c", "user:ann", {change("[4]")}).error().code, Errc::kConflict);
  EXPECT_EQ(doc.push(2, "c", "user:ann", {change("[[4]]"), change("[4]")}).error().code,
            Errc::kInvalid);
  EXPECT_EQ(to_utf8(doc.text()), "xaby") << "all or none";
  EXPECT_EQ(doc.since(1)->size(), 1u);
  EXPECT_EQ(doc.since(3).error().code, Errc::kNotFound);
}

TEST(LiveDocument, ASaveIsTheTextOfAVersionSinceTheLast) {
  LiveDocument doc = document("a");
  ASSERT_TRUE(doc.push(0, "c", "user:ann", {change(R"([1,[0,"b"]])")}));
  ASSERT_TRUE(doc.push(1, "c", "user:ann", {change(R"([2,[0,"c"]])")}));
  EXPECT_EQ(*doc.take({"ab", 11, "user:ann"}), Taken::kSaved);
  EXPECT_FALSE(doc.is_clean());
  EXPECT_EQ(*doc.take({"abc", 12, "user:ann"}), Taken::kSaved);
  EXPECT_TRUE(doc.is_clean());
  EXPECT_EQ(*doc.take({"a", 13, "agent:kimi"}), Taken::kUpdated) << "a save of long ago is none";
  EXPECT_EQ(to_utf8(doc.text()), "a");
  EXPECT_EQ(doc.version(), 3u);
  EXPECT_EQ(*doc.take({"zzz", 13, "agent:kimi"}), Taken::kNothing) << "known already";
}

TEST(LiveDocument, ClashesUntilSomebodyDecides) {
  for (const bool theirs : {true, false}) {
    LiveDocument doc = document("a");
    ASSERT_TRUE(doc.push(0, "c", "user:ann", {change(R"([1,[0,"b"]])")}));
    EXPECT_EQ(*doc.take({"A", 11, "agent:kimi"}), Taken::kClashed);
    EXPECT_TRUE(doc.clashes());
    EXPECT_EQ(to_utf8(doc.text()), "ab");
    if (theirs) {
      ASSERT_TRUE(doc.push(1, "c", "user:ann", {change(R"([[2,"A"]])")}));
    } else {
      EXPECT_EQ(*doc.take({"ab", 12, "user:ann"}), Taken::kSaved);
    }
    EXPECT_FALSE(doc.clashes());
    EXPECT_TRUE(doc.is_clean());
  }
}

TEST(LiveDocument, AFileThatGoesBackToItsOwnTextEndsNothing) {
  LiveDocument doc = document("a");
  ASSERT_TRUE(doc.push(0, "c", "user:ann", {change(R"([1,[0,"b"]])")}));
  EXPECT_EQ(*doc.take({"a", 11, "system"}), Taken::kNothing);
  EXPECT_FALSE(doc.clashes());
  EXPECT_EQ(doc.file().version, 11u);
}

TEST(LiveDocument, SaysWhichVersionIsTheFile) {
  LiveDocument doc = document("a");
  EXPECT_EQ(doc.file_at(), 0u);
  ASSERT_TRUE(doc.push(0, "c", "user:ann", {change(R"([1,[0,"b"]])")}));
  ASSERT_TRUE(doc.push(1, "c", "user:ann", {change(R"([2,[0,"c"]])")}));
  EXPECT_EQ(doc.file_at(), 0u) << "nothing is saved";
  EXPECT_EQ(*doc.take({"ab", 11, "user:ann"}), Taken::kSaved);
  EXPECT_EQ(doc.file_at(), 1u);
  EXPECT_EQ(*doc.take({"other", 12, "agent:kimi"}), Taken::kClashed);
  EXPECT_FALSE(doc.file_at());
  EXPECT_EQ(*doc.take({"abc", 13, "user:ann"}), Taken::kSaved);
  EXPECT_EQ(*doc.take({"ABC", 14, "agent:kimi"}), Taken::kUpdated);
  EXPECT_EQ(doc.file_at(), 3u);
  EXPECT_TRUE(doc.since(*doc.file_at())->empty());
}

TEST(LiveDocument, KeepsNoMoreThanItsLimits) {
  LiveDocument doc = document("");
  const std::size_t most = limits::kLiveUpdatesKept;
  for (std::size_t at = 0; at < most + 10; ++at) {
    const std::string text =
        "[[" + std::to_string(at == 0 ? 0 : 1) + ",\"" + std::to_string(at % 10) + "\"]]";
    ASSERT_TRUE(doc.push(at, "c", "user:ann", {change(text)})) << at;
  }
  EXPECT_EQ(doc.since(9).error().code, Errc::kNotFound);
  EXPECT_EQ(doc.since(10)->size(), most);
  EXPECT_FALSE(doc.file_at()) << "that version is no longer known";
  EXPECT_EQ(*doc.take({"new", 11, "agent:kimi"}), Taken::kClashed);
  const std::string large(limits::kLiveTextUnitsMax + 1, 'x');
  EXPECT_EQ(doc.take({large, 12, "system"}).error().code, Errc::kLimit);
  EXPECT_EQ(LiveDocument::create("d", {large, 1, ""}).error().code, Errc::kLimit);
  EXPECT_EQ(LiveDocument::create("d", {"\xFF", 1, ""}).error().code, Errc::kInvalid);
}

}  // namespace
}  // namespace coditect::workspace
