#include "storage/replication/node/aside_copies.h"

#include <gtest/gtest.h>

#include "base/posix_file.h"
#include "base/storage_limits.h"
#include "storage/archive/archive.h"
#include "storage/archive/archive_test_support.h"

namespace coditect::replication {
namespace {

namespace fs = std::filesystem;
using std::chrono::hours;

const WorkspaceId kId("ws_1");
const std::string kFolder = "organizations/local/ws_1";
const Time kStart{std::chrono::seconds{1'800'000'000}};

class AsideCopiesTest : public testing::Test {
 protected:
  fs::path data() const { return scratch_.path(); }
  fs::path copy(int number) const {
    return data() / "node" / "set-aside" / ("ws_1-" + std::to_string(number));
  }
  /// A workspace's folder with a log of these words.
  void put_log(const fs::path& root, const std::vector<std::string>& words) const {
    auto archive = archive::Archive::open(root / "sessions");
    ASSERT_TRUE(archive) << archive.error().message;
    std::vector<std::string> lines;
    archive::Head head;
    for (const std::string& word : words) {
      lines.push_back(archive::next_line(head, word));
      head = *archive::follow(head, lines.back());
    }
    ASSERT_TRUE(archive->append(lines));
    ASSERT_TRUE(archive->sync());
  }
  /// A copy with a log of `words` is set aside, and one with `later` comes in its place.
  void replace(const std::vector<std::string>& words, const std::vector<std::string>& later,
               Time now = kStart) {
    put_log(data() / kFolder, words);
    ASSERT_TRUE(aside_.add(kId, kFolder, now));
    put_log(data() / kFolder, later);
    ASSERT_TRUE(aside_.compare(kId, data() / kFolder / "sessions"));
    fs::remove_all(data() / kFolder);
  }
  std::size_t removed(Time now) {
    auto kept = aside_.tidy(now);
    EXPECT_TRUE(kept) << kept.error().message;
    return kept ? kept->removed : 0;
  }

  archive::TemporaryFolder scratch_;
  AsideCopies aside_{scratch_.path()};
};

TEST_F(AsideCopiesTest, WhereThereIsNothingNothingIsKept) {
  ASSERT_TRUE(aside_.add(kId, kFolder, kStart));
  EXPECT_FALSE(AsideCopies::has_returned(data(), kId));
  EXPECT_EQ(removed(kStart + hours(24 * 365)), 0u);
}

TEST_F(AsideCopiesTest, ACopyOfWhichNothingIsLostGoesFirst) {
  struct Case {
    const char* name;
    std::vector<std::string> copy;
    std::vector<std::string> successor;
    bool contained;
  };
  const Case cases[] = {
      {"its successor goes on", {"a", "b"}, {"a", "b", "c"}, true},
      {"the same", {"a", "b"}, {"a", "b"}, true},
      {"an empty log", {}, {"a"}, true},
      {"more than its successor", {"a", "b", "c"}, {"a", "b"}, false},
      {"another end", {"a", "x"}, {"a", "b", "c"}, false},
  };
  for (const Case& each : cases) {
    SCOPED_TRACE(each.name);
    fs::remove_all(data() / "node");
    replace(each.copy, each.successor);
    EXPECT_TRUE(AsideCopies::has_returned(data(), kId));
    EXPECT_EQ(removed(kStart + limits::kAsideKept), 0u);
    EXPECT_EQ(removed(kStart + limits::kAsideKept + hours(1)), each.contained ? 1u : 0u);
    EXPECT_EQ(fs::exists(copy(1)), !each.contained);
    EXPECT_EQ(removed(kStart + limits::kAsideUncopiedKept + hours(1)), each.contained ? 0u : 1u);
    EXPECT_FALSE(fs::exists(copy(1)));
    EXPECT_TRUE(AsideCopies::has_returned(data(), kId)) << "recovery still needs to know";
  }
}

TEST_F(AsideCopiesTest, EachCopyHasItsOwnTime) {
  replace({"a"}, {"a", "b"});
  replace({"a", "b"}, {"a", "b", "c"}, kStart + hours(100));
  EXPECT_TRUE(fs::exists(copy(1)));
  EXPECT_TRUE(fs::exists(copy(2)));
  EXPECT_EQ(removed(kStart + limits::kAsideKept + hours(1)), 1u);
  EXPECT_FALSE(fs::exists(copy(1)));
  EXPECT_TRUE(fs::exists(copy(2)));
}

TEST_F(AsideCopiesTest, WhereTheDiskIsShortTheOldestGoBeforeTheirTime) {
  replace({"a", "x"}, {"a", "b"}, kStart);
  replace({"a"}, {"a", "b"}, kStart + hours(1));
  replace({"a", "b"}, {"a", "b", "c"}, kStart + hours(2));
  int looks = 0;
  AsideCopies on_a_short_disk(data(), [&] { return ++looks <= 1; });
  EXPECT_EQ(on_a_short_disk.tidy(kStart + hours(3))->removed, 1u);
  EXPECT_TRUE(fs::exists(copy(1))) << "it holds what was never copied";
  EXPECT_FALSE(fs::exists(copy(2)));
  EXPECT_TRUE(fs::exists(copy(3))) << "there was room then";
}

TEST_F(AsideCopiesTest, WhatACrashLeavesIsDoneAgain) {
  replace({"a"}, {"a", "b"});
  // Its entry was written, and the folder was not moved; or the folder was removed, and not yet
  // its entry.
  fs::remove_all(copy(1));
  put_log(data() / kFolder, {"a"});
  ASSERT_TRUE(aside_.add(kId, kFolder, kStart + hours(200)));
  EXPECT_TRUE(fs::exists(copy(1)));
  EXPECT_EQ(removed(kStart + limits::kAsideKept + hours(1)), 0u);
  EXPECT_EQ(removed(kStart + limits::kAsideUncopiedKept + hours(201)), 1u);
}

TEST_F(AsideCopiesTest, ADamagedLogIsKeptForTheLongerTime) {
  replace({"a", "b"}, {"a", "b", "c"});
  fs::remove_all(data() / "node");
  put_log(data() / kFolder, {"a", "b"});
  for (const auto& each : fs::directory_iterator(data() / kFolder / "sessions")) {
    archive::overwrite(each.path(), "{\"seq\":1}\n{\"seq\":9}\n{\"seq\":7}\n");
  }
  ASSERT_TRUE(aside_.add(kId, kFolder, kStart));
  put_log(data() / kFolder, {"a", "b", "c"});
  ASSERT_TRUE(aside_.compare(kId, data() / kFolder / "sessions"));
  EXPECT_EQ(removed(kStart + limits::kAsideKept + hours(1)), 0u);
}

TEST_F(AsideCopiesTest, AListThatIsNoneIsAnErrorThatNamesIt) {
  fs::create_directories(data() / "node" / "set-aside");
  std::ofstream(data() / "node" / "set-aside" / "ws_1.json") << "[]\n";
  EXPECT_FALSE(aside_.tidy(kStart));
  EXPECT_FALSE(aside_.add(kId, "node", kStart));
}

}  // namespace
}  // namespace coditect::replication
