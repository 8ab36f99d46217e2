#include "workspace/files/watcher.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <set>

#include "base/random.h"

namespace coditect::workspace {
namespace {

namespace fs = std::filesystem;

/// A watched folder, and what was heard of it.
class WatcherTest : public testing::Test {
 protected:
  WatcherTest() : watcher_(*Watcher::start()) { fs::create_directories(root_ / "src" / "deep"); }
  ~WatcherTest() override {
    watcher_.reset();
    fs::remove_all(base_);
  }

  void watch() {
    auto id = watcher_->watch(root_, [this](std::string path) { hear(std::move(path)); });
    ASSERT_TRUE(id) << id.error().message;
    watch_ = *id;
  }
  void hear(std::string path) {
    const std::lock_guard lock(mutex_);
    heard_.insert(std::move(path));
    ++calls_;
    changed_.notify_all();
  }
  /// Returns once `path` was heard of; the time is for a machine that has died.
  bool hears(const std::string& path) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(20), [&] { return heard_.contains(path); });
  }
  /// What was heard before a change that comes after everything else.
  std::set<std::string> all_heard() {
    const std::string last = "last" + std::to_string(++lasts_);
    write(last);
    EXPECT_TRUE(hears(last));
    const std::lock_guard lock(mutex_);
    std::set<std::string> heard = heard_;
    std::erase_if(heard, [](const std::string& path) { return path.starts_with("last"); });
    return heard;
  }
  void forget() {
    (void)all_heard();
    const std::lock_guard lock(mutex_);
    heard_.clear();
  }
  void write(const std::string& path) const {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << "text";
  }

  const fs::path base_ = fs::temp_directory_path() / SystemRandom().id("coditect_watcher_");
  const fs::path root_ = base_ / "project";
  std::mutex mutex_;
  std::condition_variable changed_;
  std::set<std::string> heard_;
  std::size_t calls_ = 0;
  int lasts_ = 0;
  std::unique_ptr<Watcher> watcher_;
  Watcher::WatchId watch_ = 0;
};

using Paths = std::set<std::string>;

TEST_F(WatcherTest, TellsOfWritesRenamesAndDeletions) {
  write("src/a.txt");
  write("src/b.txt");
  watch();
  write("src/deep/new.txt");
  EXPECT_EQ(all_heard(), (Paths{"src/deep/new.txt"}));
  forget();
  write("src/a.txt");
  EXPECT_EQ(all_heard(), (Paths{"src/a.txt"}));
  forget();
  fs::rename(root_ / "src" / "a.txt", root_ / "moved.txt");
  EXPECT_EQ(all_heard(), (Paths{"moved.txt", "src/a.txt"}));
  forget();
  fs::remove(root_ / "src" / "b.txt");
  EXPECT_EQ(all_heard(), (Paths{"src/b.txt"}));
  forget();
  fs::permissions(root_ / "moved.txt", fs::perms(0755));
  EXPECT_EQ(all_heard(), (Paths{"moved.txt"}));
}

TEST_F(WatcherTest, TellsOfFilesThatComeByALink) {
  write("src/a.txt");
  watch();
  fs::create_hard_link(root_ / "src" / "a.txt", root_ / "hard.txt");
  fs::create_symlink("src/a.txt", root_ / "soft.txt");
  const Paths heard = all_heard();
  EXPECT_TRUE(heard.contains("hard.txt"));
  EXPECT_TRUE(heard.contains("soft.txt"));
}

TEST_F(WatcherTest, FollowsFoldersThatComeMoveAndGo) {
  watch();
  fs::create_directories(root_ / "new" / "below");
  EXPECT_TRUE(hears("new/"));
  write("new/below/a.txt");
  EXPECT_TRUE(hears("new/below/a.txt") || all_heard().contains("new/"));
  forget();
  fs::rename(root_ / "new", root_ / "other");
  EXPECT_TRUE(hears("new/"));
  EXPECT_TRUE(hears("other/"));
  forget();
  write("other/below/b.txt");
  EXPECT_EQ(all_heard(), (Paths{"other/below/b.txt"})) << "under its new name only";
  forget();
  fs::remove_all(root_ / "other");
  EXPECT_TRUE(hears("other/"));
}

TEST_F(WatcherTest, AFolderThatLeavesIsNotFollowed) {
  write("src/deep/a.txt");
  watch();
  fs::rename(root_ / "src" / "deep", base_ / "outside");
  EXPECT_TRUE(hears("src/deep/"));
  forget();
  std::ofstream(base_ / "outside" / "a.txt") << "not ours any more";
  EXPECT_EQ(all_heard(), Paths{});
}

TEST_F(WatcherTest, IgnoredFoldersAreQuiet) {
  write(".git/HEAD");
  watch();
  write(".git/HEAD");
  write("node_modules/p/index.js");
  write("src/__pycache__/a.pyc");
  EXPECT_EQ(all_heard(), Paths{});
}

TEST_F(WatcherTest, AStormIsHeardOrSaidToBeMissed) {
  watch();
  for (int i = 0; i < 1'000; ++i) write("src/f" + std::to_string(i % 50));
  const Paths heard = all_heard();
  if (!heard.contains("")) {
    for (int i = 0; i < 50; ++i) EXPECT_TRUE(heard.contains("src/f" + std::to_string(i))) << i;
  }
}

TEST_F(WatcherTest, NobodyIsToldAfterUnwatching) {
  watch();
  write("a.txt");
  EXPECT_TRUE(hears("a.txt"));
  watcher_->unwatch(watch_);
  std::size_t before = 0;
  {
    const std::lock_guard lock(mutex_);
    before = calls_;
  }
  write("b.txt");
  // Another watch of the same folder hears of what comes later; the first one's turn is over then.
  watch();
  write("c.txt");
  EXPECT_TRUE(hears("c.txt"));
  const std::lock_guard lock(mutex_);
  EXPECT_FALSE(heard_.contains("b.txt"));
  EXPECT_GT(calls_, before);
}

TEST_F(WatcherTest, WatchersOfTwoProjectsDoNotHearEachOther) {
  watch();
  const fs::path other = base_ / "other";
  fs::create_directories(other);
  std::set<std::string> theirs;
  const auto id = watcher_->watch(other, [this, &theirs](const std::string& path) {
    const std::lock_guard lock(mutex_);
    theirs.insert(path);
  });
  ASSERT_TRUE(id);
  std::ofstream(other / "x.txt") << "x";
  write("y.txt");
  EXPECT_EQ(all_heard(), Paths{"y.txt"});
  watcher_->unwatch(*id);
  EXPECT_EQ(theirs, Paths{"x.txt"});
}

TEST(IgnoredPaths, AreThoseOfVersionControlPackagesAndCaches) {
  const struct {
    const char* path;
    bool ignored;
  } cases[] = {{".git", true},
               {".git/config", true},
               {"a/node_modules/b.js", true},
               {"a/.venv", true},
               {"__pycache__/x.pyc", true},
               {"git", false},
               {".gitignore", false},
               {"a/.github/x", false},
               {"node_modules.txt", false},
               {"", false},
               {"a/b/c", false}};
  for (const auto& c : cases) EXPECT_EQ(is_ignored_path(c.path), c.ignored) << c.path;
}

}  // namespace
}  // namespace coditect::workspace
