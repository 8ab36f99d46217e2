#include "tools/file_change.h"

#include <gtest/gtest.h>

#include "base/limits.h"

namespace coditect::tools {
namespace {

using Known = CurrentFile::Known;

/// A file whose versions are told in order: at the task's start, as seen, as it is now.
CurrentFile file(std::optional<Known> at_start, std::optional<Known> seen, Known now) {
  CurrentFile made;
  made.text = now.text;
  made.version = now.version;
  made.changed_by = "agent:kimi";
  made.seen = std::move(seen);
  made.at_task_start = std::move(at_start);
  return made;
}

const Known kV1{1, "a\nb\nc\n"};
const Known kV2{2, "a\nb\nC\n"};
const Known kGone{0, std::nullopt};

TEST(DecideWriteTest, WritesWhatIsAsTheCallerKnowsIt) {
  EXPECT_EQ(decide_write("f", file(kV1, kV1, kV1), "new")->text, "new");
  EXPECT_EQ(decide_write("f", file(kV1, {}, kV1), "new")->text, "new");
  EXPECT_EQ(decide_write("f", file(kV1, kV2, kV2), "new")->text, "new");
  const auto made = decide_write("f", file({}, {}, kGone), "new\n");
  EXPECT_TRUE(made->created);
  EXPECT_EQ(made->lines_added, 1u);
}

TEST(DecideWriteTest, FailsWithTheOthersChange) {
  const auto refused = decide_write("f", file(kV1, kV1, kV2), "new");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kConflict);
  EXPECT_NE(refused.error().message.find("changed by agent:kimi since you read it"),
            std::string::npos);
  EXPECT_NE(refused.error().message.find("-c\n+C\n"), std::string::npos);
}

TEST(DecideWriteTest, RefusesEveryOtherSurprise) {
  struct Case {
    const char* name;
    CurrentFile current;
    const char* says;
  };
  const Case cases[] = {
      {"changed since the task began", file(kV1, {}, kV2), "since your task began"},
      {"created since the task began", file({}, {}, kV1),
       "written by agent:kimi, and you have not read it"},
      {"removed since it was read", file(kV1, kV1, kGone), "was removed"},
      {"changed, its old text not held", file(kV1, Known{1, std::nullopt}, kV2), "was changed"},
  };
  for (const Case& each : cases) {
    const auto refused = decide_write("f", each.current, "new");
    ASSERT_FALSE(refused) << each.name;
    EXPECT_EQ(refused.error().code, Errc::kConflict) << each.name;
    EXPECT_NE(refused.error().message.find(each.says), std::string::npos)
        << refused.error().message;
    EXPECT_FALSE(refused.error().hint.empty());
  }
}

TEST(DecideWriteTest, BoundsTheDiffAndTheFile) {
  std::string large;
  for (int i = 0; i < 10'000; ++i) large += "line " + std::to_string(i) + "\n";
  const auto refused = decide_write("f", file(kV1, kV1, Known{2, large}), "new");
  ASSERT_FALSE(refused);
  EXPECT_LT(refused.error().message.size(), limits::kDiffBytesMax + 500);
  const std::string too_large(limits::kFileBytesMax + 1, 'x');
  EXPECT_EQ(decide_write("f", file({}, {}, kGone), too_large).error().code, Errc::kLimit);
}

TEST(DecideEditTest, AppliesToTheFileAsItIsNow) {
  const auto change = decide_edit("f", file(kV1, kV1, kV2), "a\n", "A\n");
  ASSERT_TRUE(change);
  EXPECT_EQ(change->text, "A\nb\nC\n");
  EXPECT_EQ(change->lines_added, 1u);
  EXPECT_EQ(change->lines_removed, 1u);
  EXPECT_NE(change->notes.find("had been changed by agent:kimi"), std::string::npos);
  EXPECT_NE(change->notes.find("-c\n+C\n"), std::string::npos);
}

TEST(DecideEditTest, IsSilentWhereNobodyElseChangedAnything) {
  const auto change = decide_edit("f", file(kV1, kV1, kV1), "b", "B");
  ASSERT_TRUE(change);
  EXPECT_EQ(change->notes, "The change is at line 2.\n");
}

TEST(DecideEditTest, CreatesWithAnEmptyOldTextOnly) {
  EXPECT_TRUE(decide_edit("f", file({}, {}, kGone), "", "new")->created);
  EXPECT_EQ(decide_edit("f", file(kV1, kV1, kV1), "", "new").error().code, Errc::kInvalid);
  EXPECT_EQ(decide_edit("f", file({}, {}, kGone), "a", "b").error().code, Errc::kNotFound);
  EXPECT_EQ(decide_edit("f", file(kV1, kV1, kV2), "c", "x").error().code, Errc::kNotFound);
}

}  // namespace
}  // namespace coditect::tools
