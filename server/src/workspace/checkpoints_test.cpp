#include "workspace/checkpoints.h"

#include <algorithm>

#include "workspace/workspace_test_support.h"

namespace coditect::workspace {
namespace {

namespace fs = std::filesystem;

class CheckpointsTest : public WorkspaceFixture {
 public:
  CheckpointsTest() { create(); }

  awaitable<std::string> checkpoint(std::string label) {
    const auto made = co_await workspace_->checkpoints().create(kAnn, std::move(label));
    EXPECT_TRUE(made) << made.error().message;
    co_return made ? made->id : "";
  }
  awaitable<Checkpoints::Restored> restore(std::string id) {
    auto restored = co_await workspace_->checkpoints().restore(kAnn, std::move(id), "");
    EXPECT_TRUE(restored) << restored.error().message;
    co_return restored ? *std::move(restored) : Checkpoints::Restored{};
  }
  /// What the log says the project is, against what the disk says.
  void expect_agreement() const {
    for (const auto& [path, info] : workspace_->state().files.files()) {
      EXPECT_EQ(info.size, on_disk(path).size()) << path;
    }
  }
};

TEST_F(CheckpointsTest, RestoringBringsEveryFileBackAndCanBeUndone) {
  play([](CheckpointsTest& test) -> awaitable<void> {
    co_await test.write("kept.txt", "same");
    co_await test.write("changed.txt", "one");
    co_await test.write("deep/removed.txt", "back again");
    const std::string first = co_await test.checkpoint("first");
    co_await test.write("changed.txt", "two");
    co_await test.write("new.txt", "surplus");
    EXPECT_TRUE(co_await test.files().remove(kAnn, "deep/removed.txt", std::nullopt));

    const auto restored = co_await test.restore(first);
    EXPECT_EQ(restored.changed, 3u);
    EXPECT_EQ(test.on_disk("kept.txt"), "same");
    EXPECT_EQ(test.on_disk("changed.txt"), "one");
    EXPECT_EQ(test.on_disk("deep/removed.txt"), "back again");
    EXPECT_EQ(test.on_disk("new.txt"), "(none)");
    test.expect_agreement();

    const auto undone = co_await test.restore(restored.before.id);
    EXPECT_EQ(undone.changed, 3u);
    EXPECT_EQ(test.on_disk("changed.txt"), "two");
    EXPECT_EQ(test.on_disk("new.txt"), "surplus");
    EXPECT_EQ(test.on_disk("deep/removed.txt"), "(none)");
    test.expect_agreement();

    const auto nothing = co_await test.restore(undone.before.id);
    const auto again = co_await test.restore(first);
    EXPECT_EQ(nothing.changed, 3u);
    EXPECT_EQ(again.changed, 0u) << "it is there already";
  }(*this));
}

TEST_F(CheckpointsTest, TheTreeIsKeptBeforeATaskTouchesIt) {
  play([](CheckpointsTest& test) -> awaitable<void> {
    co_await test.write("a.txt", "one");
    test.claude_->use("write_file", {{"path", "new.txt"}, {"text", "by an agent"}});
    const TaskId task = co_await test.submit("claude", "write it");
    co_await test.until_finished(task);
    EXPECT_EQ(test.on_disk("new.txt"), "by an agent");
    const CheckpointList& all = test.workspace_->state().checkpoints;
    const Checkpoint* before = all.find_of_task(task.str());
    EXPECT_NE(before, nullptr);
    if (before == nullptr) co_return;
    EXPECT_EQ(before->files, 1);
    EXPECT_EQ(to_json(*before).at("task").as_string(), task.str());
    const std::string id = before->id;
    // A second attempt has the first one's.
    const std::size_t count = all.all().size();
    EXPECT_TRUE(co_await test.workspace_->checkpoints().before_task(task.str()));
    EXPECT_EQ(all.all().size(), count);
    (void)co_await test.restore(id);
    EXPECT_EQ(test.on_disk("new.txt"), "(none)");
    EXPECT_EQ(test.on_disk("a.txt"), "one");
  }(*this));
}

TEST_F(CheckpointsTest, WithoutItsCheckpointATaskDoesNotBegin) {
  play([](CheckpointsTest& test) -> awaitable<void> {
    co_await test.write("a.txt", "one");
    const auto blobs = test.place_ / "sessions" / "blobs";
    fs::remove_all(blobs);
    archive::overwrite(blobs, "no folder");
    const TaskId task = co_await test.submit("claude", "write it");
    co_await test.until_finished(task);
    EXPECT_EQ(test.state_of(task), queue::TaskState::kFailed);
    EXPECT_TRUE(test.claude_->asked.empty());
    fs::remove(blobs);
    fs::create_directories(blobs);
  }(*this));
}

TEST_F(CheckpointsTest, WhatIsIgnoredIsNeitherKeptNorTouched) {
  put_outside(".git/HEAD", "main");
  put_outside("node_modules/p/index.js", "old");
  play([](CheckpointsTest& test) -> awaitable<void> {
    co_await test.write("a.txt", "one");
    const std::string id = co_await test.checkpoint("first");
    EXPECT_EQ(test.workspace_->state().checkpoints.find(id)->files, 1);
    test.put_outside(".git/HEAD", "branch");
    test.put_outside("node_modules/p/index.js", "new");
    co_await test.write("a.txt", "two");
    EXPECT_EQ((co_await test.restore(id)).changed, 1u);
  }(*this));
  EXPECT_EQ(on_disk(".git/HEAD"), "branch");
  EXPECT_EQ(on_disk("node_modules/p/index.js"), "new");
  EXPECT_EQ(on_disk("a.txt"), "one");
}

TEST_F(CheckpointsTest, WhatNobodyAnnouncedIsLoggedBeforeItIsReplaced) {
  play([](CheckpointsTest& test) -> awaitable<void> {
    co_await test.write("a.txt", "one");
    const std::string id = co_await test.checkpoint("first");
    test.put_outside("a.txt", "by hand");
    test.put_outside("b.txt", "by hand too");
    const auto restored = co_await test.restore(id);
    EXPECT_EQ(test.on_disk("a.txt"), "one");
    EXPECT_EQ(test.on_disk("b.txt"), "(none)");
    (void)co_await test.restore(restored.before.id);
    EXPECT_EQ(test.on_disk("a.txt"), "by hand");
    EXPECT_EQ(test.on_disk("b.txt"), "by hand too");
  }(*this));
}

TEST_F(CheckpointsTest, ModesComeBack) {
  put_outside("run.sh", "echo");
  fs::permissions(project() / "run.sh", fs::perms(0755));
  play([](CheckpointsTest& test) -> awaitable<void> {
    const std::string id = co_await test.checkpoint("first");
    EXPECT_TRUE(co_await test.files().put(kAnn, "run.sh", "echo", 0644));
    (void)co_await test.restore(id);
  }(*this));
  EXPECT_EQ(fs::status(project() / "run.sh").permissions(), fs::perms(0755));
}

TEST_F(CheckpointsTest, Refuses) {
  play([](CheckpointsTest& test) -> awaitable<void> {
    co_await test.write("a.txt", "one");
    const std::string id = co_await test.checkpoint("first");
    co_await test.write("a.txt", "two");
    Checkpoints& checkpoints = test.workspace_->checkpoints();
    const auto unknown = co_await checkpoints.restore(kAnn, "c_unknown", "");
    EXPECT_EQ(unknown.error().code, Errc::kNotFound);
    EXPECT_FALSE(unknown.error().hint.empty());
    locks::Request request;
    request.path = "a.txt";
    request.holder = "user:bob";
    const auto held = co_await test.workspace_->locks().acquire(request, {}, nullptr);
    const Sequence head = test.workspace_->log().head();
    const auto locked = co_await checkpoints.restore(kAnn, id, "");
    EXPECT_EQ(locked.error().code, Errc::kLocked);
    EXPECT_EQ(test.workspace_->log().head(), head);
    EXPECT_TRUE(co_await checkpoints.restore(kBob, id, "")) << "who holds the lock may";
    EXPECT_TRUE(co_await test.workspace_->locks().release("a.txt", held->token, "user:bob"));
  }(*this));
  EXPECT_EQ(on_disk("a.txt"), "one");
}

TEST_F(CheckpointsTest, WithoutItsContentARestoreFailsAndCanBeUndone) {
  play([](CheckpointsTest& test) -> awaitable<void> {
    co_await test.write("a.txt", "one");
    const std::string id = co_await test.checkpoint("first");
    co_await test.write("a.txt", "two");
    const auto blobs = test.place_ / "sessions" / "blobs";
    const fs::path away = test.folder_.path() / "blobs-away";
    fs::rename(blobs, away);
    const auto lost = co_await test.workspace_->checkpoints().restore(kAnn, id, "");
    EXPECT_FALSE(lost);
    EXPECT_FALSE(lost.error().message.empty());
    EXPECT_EQ(test.on_disk("a.txt"), "two");
    fs::remove_all(blobs);
    fs::rename(away, blobs);
    EXPECT_TRUE(co_await test.workspace_->checkpoints().restore(kAnn, id, ""));
  }(*this));
  EXPECT_EQ(on_disk("a.txt"), "one");
}

/// A folder is read name by name: what is moved meanwhile could be missed, or met twice.
TEST_F(CheckpointsTest, AFileThatIsMovedMeanwhileIsInTheTreeOnce) {
  constexpr int kMoves = 120;
  constexpr int kOthers = 400;
  const auto move = [](CheckpointsTest& test, bool& moving) -> awaitable<void> {
    for (int i = 0; i < kMoves; ++i) {
      std::string from = "a/x.txt";
      std::string to = "z/x.txt";
      if (i % 2 == 1) std::swap(from, to);
      EXPECT_TRUE(co_await test.files().move(kAnn, from, to, std::nullopt));
    }
    moving = false;
  };
  play([](CheckpointsTest& test, auto begin) -> awaitable<void> {
    for (int i = 0; i < kOthers; ++i) {
      test.put_outside("m/" + std::to_string(i) + ".txt", std::to_string(i));
    }
    co_await test.write("a/x.txt", "moved");
    bool moving = true;
    const auto fail = [](std::string_view, const std::string& what) { ADD_FAILURE() << what; };
    TaskGroup group(test.workspace_->strand(), fail);
    group.spawn("moving", begin(test, moving));
    while (moving) {
      const auto made = co_await test.workspace_->checkpoints().create(kAnn, "meanwhile");
      EXPECT_TRUE(made);
      const auto tree = blobs::read_tree(made->tree, test.workspace_->blobs());
      EXPECT_TRUE(tree);
      const auto is_moved = [](const blobs::TreeEntry& entry) {
        return entry.path == "a/x.txt" || entry.path == "z/x.txt";
      };
      EXPECT_EQ(std::ranges::count_if(tree->entries, is_moved), 1) << made->seq;
      EXPECT_EQ(made->files, kOthers + 1);
    }
    co_await group.join();
  }(*this, move));
}

TEST_F(CheckpointsTest, SurviveARestart) {
  std::string id;
  play([](CheckpointsTest& test, std::string& made) -> awaitable<void> {
    co_await test.write("a.txt", "one");
    made = co_await test.checkpoint("first");
    co_await test.write("a.txt", "two");
  }(*this, id));
  crash();
  ASSERT_TRUE(open(Workspace::Interrupted{}));
  play([](CheckpointsTest& test, std::string made) -> awaitable<void> {
    EXPECT_EQ(test.workspace_->state().checkpoints.find(made)->label, "first");
    (void)co_await test.restore(made);
  }(*this, id));
  EXPECT_EQ(on_disk("a.txt"), "one");
}

}  // namespace
}  // namespace coditect::workspace
