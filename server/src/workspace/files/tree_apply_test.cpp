#include "workspace/files/tree_apply.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <functional>

#include "base/random.h"
#include "storage/archive/archive_test_support.h"
#include "storage/blobs/snapshot.h"
#include "workspace/files/tree_recovery.h"
#include "workspace/files/write_recovery.h"

namespace coditect::workspace {
namespace {

namespace fs = std::filesystem;
using blobs::TreeEntry;

const Selected kEverything = [](std::string_view) { return true; };

/// A project that is changed at random, and trees of it.
class TreeApplyTest : public ::testing::Test {
 protected:
  TreeApplyTest() {
    fs::create_directories(project());
    fs::create_directories(folder_.path() / "staging");
    auto opened = blobs::BlobStore::open(folder_.path() / "blobs");
    EXPECT_TRUE(opened);
    blobs_ = *std::move(opened);
  }

  fs::path project() const { return folder_.path() / "project"; }
  ProjectFolder project_folder() const {
    return ProjectFolder(project(), folder_.path() / "staging");
  }
  blobs::Tree tree() {
    auto taken = blobs::snapshot_tree(project(), *blobs_);
    EXPECT_TRUE(taken && taken->skipped.empty());
    return std::move(taken->tree);
  }
  void put(const std::string& path, const std::string& bytes, unsigned mode = 0644) {
    fs::create_directories((project() / path).parent_path());
    archive::overwrite(project() / path, bytes);
    fs::permissions(project() / path, fs::perms(mode));
  }
  std::size_t staged() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(folder_.path() / "staging"), {}));
  }

  /// A few names only, so that files, links and folders come to stand where others were.
  std::string random_path(SeededRandom& random) {
    static const char* const kNames[] = {"a", "b", "c.txt"};
    std::string path;
    const auto depth = 1 + random.next() % 3;
    for (std::uint64_t i = 0; i < depth; ++i) {
      path += (i == 0 ? "" : "/") + std::string(kNames[random.next() % 3]);
    }
    return path;
  }
  void change_at_random(SeededRandom& random) {
    const fs::path path = project() / random_path(random);
    std::error_code blocked;  // a file may stand where the folder is to be
    fs::create_directories(path.parent_path(), blocked);
    if (blocked) return;
    switch (random.next() % 6) {
      case 0: fs::remove_all(path, blocked); break;
      case 1:
        if (!fs::exists(fs::symlink_status(path))) fs::create_directory(path);
        break;
      case 2:
        if (!fs::exists(fs::symlink_status(path))) {
          fs::create_symlink("to/" + std::to_string(random.next() % 3), path);
        }
        break;
      case 3: fs::rename(path, project() / random_path(random), blocked); break;
      default:
        if (!fs::is_directory(path) && !fs::is_symlink(path)) {
          archive::overwrite(path, "text " + std::to_string(random.next() % 5));
          fs::permissions(path, fs::perms(random.next() % 2 == 0 ? 0644 : 0755));
        }
    }
  }

  archive::TemporaryFolder folder_;
  std::unique_ptr<blobs::BlobStore> blobs_;
};

TEST_F(TreeApplyTest, AnyTreeBecomesAnyOther) {
  const ProjectFolder folder = project_folder();
  SeededRandom random(1);
  std::vector<blobs::Tree> trees;
  for (int round = 0; round < 25; ++round) {
    for (int i = 0; i < 8; ++i) change_at_random(random);
    trees.push_back(tree());
    const blobs::Tree& wanted = trees[random.next() % trees.size()];
    const auto steps = steps_between(trees.back().entries, wanted.entries, kEverything);
    TreeApply apply(folder, *blobs_);
    ASSERT_TRUE(apply.stage(steps));
    const auto applied = apply.apply(steps);
    ASSERT_TRUE(applied) << "round " << round << ": " << applied.error().message;
    ASSERT_EQ(tree().hash, wanted.hash) << "round " << round;
    // And back again.
    const auto back = steps_back(steps);
    ASSERT_EQ(back, steps_between(wanted.entries, trees.back().entries, kEverything));
    ASSERT_TRUE(apply.apply(back)) << "round " << round;
    ASSERT_EQ(tree().hash, trees.back().hash) << "round " << round;
  }
  EXPECT_EQ(staged(), 0u);
}

TEST_F(TreeApplyTest, WhatEndsMidwayIsCompletedOrTakenBack) {
  const ProjectFolder folder = project_folder();
  SeededRandom random(2);
  for (int round = 0; round < 4; ++round) {
    for (int i = 0; i < 10; ++i) change_at_random(random);
    const blobs::Tree before = tree();
    for (int i = 0; i < 10; ++i) change_at_random(random);
    const blobs::Tree after = tree();
    const auto steps = steps_between(before.entries, after.entries, kEverything);
    const auto back = steps_back(steps);
    TreeApply apply(folder, *blobs_);
    ASSERT_TRUE(apply.apply(back));
    Event event;
    event.type = kTreeRestored;
    ASSERT_TRUE(describe_steps(steps, *blobs_, event.data));
    for (std::size_t taken = 0; taken <= steps.size(); ++taken) {
      ASSERT_TRUE(apply.apply(std::span(steps).first(taken)));
      const auto mark = folder.stage(kIntentMark, 0600);
      ASSERT_TRUE(mark);
      event.data["intent"] = *mark;
      const auto completed = complete_trees(folder, *blobs_, {event});
      ASSERT_TRUE(completed) << completed.error().message;
      ASSERT_EQ(completed->size(), 1u);
      ASSERT_EQ(tree().hash, after.hash) << "round " << round << ", after " << taken;
      // Without its mark it is in place: nothing is done again.
      folder.discard(*mark);
      ASSERT_TRUE(apply.apply(back));
      const auto nothing = complete_trees(folder, *blobs_, {event});
      ASSERT_TRUE(nothing && nothing->empty());
      ASSERT_EQ(tree().hash, before.hash);
    }
  }
}

TEST_F(TreeApplyTest, WhatSomebodyElseChangedEndsItAndStays) {
  const ProjectFolder folder = project_folder();
  put("a", "one");
  put("b", "one");
  fs::create_symlink("a", project() / "link");
  put("z", "one");
  const blobs::Tree before = tree();
  put("a", "two");
  put("b", "two", 0755);
  fs::remove(project() / "link");
  put("new/file", "new");
  put("z", "two");
  const blobs::Tree after = tree();
  const auto steps = steps_between(after.entries, before.entries, kEverything);
  TreeApply apply(folder, *blobs_);
  ASSERT_TRUE(apply.stage(steps));
  put("z", "by another program");
  const blobs::Tree now = tree();
  const auto applied = apply.apply(steps);
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().code, Errc::kConflict);
  EXPECT_EQ(tree().hash, now.hash) << "what was done is taken back";

  // Completing, as after a crash, does the others and leaves it.
  ASSERT_TRUE(apply.complete(steps));
  EXPECT_EQ(*read_file(project() / "a"), "one");
  EXPECT_EQ(*read_file(project() / "z"), "by another program");
  EXPECT_FALSE(fs::exists(project() / "new"));
}

TEST_F(TreeApplyTest, StaysInTheProject) {
  const ProjectFolder folder = project_folder();
  fs::create_directories(folder_.path() / "outside");
  fs::create_directory_symlink(folder_.path() / "outside", project() / "out");
  const TreeEntry file{"out/file", TreeEntry::Kind::kFile, *blobs_->put("x"), 1, 0644, ""};
  TreeApply apply(folder, *blobs_);
  const auto refused = apply.apply(std::vector<TreeStep>{{"out/file", std::nullopt, file}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kDenied);
  EXPECT_TRUE(fs::is_empty(folder_.path() / "outside"));
  const auto unknown = complete_trees(folder, *blobs_, {});
  ASSERT_TRUE(unknown && unknown->empty());
  Event event;
  event.type = kTreeRestored;
  event.data = {{"intent", "../secret"}};
  EXPECT_FALSE(complete_trees(folder, *blobs_, {event}));
}

}  // namespace
}  // namespace coditect::workspace
