#include "workspace/worktrees/worktree_service.h"

#include "workspace/workspace_test_support.h"

namespace coditect::workspace {
namespace {

namespace fs = std::filesystem;
using queue::TaskState;
using queue::WorktreeMode;

class WorktreeTest : public WorkspaceFixture {
 public:
  WorktreeTest() { create(); }

  WorktreeService& worktrees() { return workspace_->worktrees(); }
  const WorktreeBook& book() const { return workspace_->state().worktrees; }
  const queue::Task& task(const TaskId& id) const { return *workspace_->state().tasks.find(id); }

  awaitable<TaskId> submit_apart(WorktreeMode mode, std::string agent = "claude") {
    TaskRequest request;
    request.agent = std::move(agent);
    request.prompt = "work apart";
    request.worktree = mode;
    auto ids = co_await tasks().submit(kAnn, std::move(request));
    EXPECT_TRUE(ids) << ids.error().message;
    co_return ids ? ids->front() : TaskId();
  }
  /// The only task that is neither of these.
  TaskId other_than(const TaskId& id) const {
    for (const auto& [each, task] : workspace_->state().tasks.tasks()) {
      if (each != id) return each;
    }
    return {};
  }
  std::string in_copy(const TaskId& id, const std::string& path) const {
    auto bytes = read_file(place_ / "worktrees" / id.str() / "project" / path);
    return bytes ? *std::move(bytes) : "(none)";
  }
  /// A task in a copy has written a.txt and b.txt; then the server dies.
  void interrupt_after_two_writes() {
    claude_->use("write_file", {{"path", "a.txt"}, {"text", "a\n"}});
    claude_->use("write_file", {{"path", "b.txt"}, {"text", "b\n"}});
    claude_->hold_from(2);
    play([](WorktreeTest& test) -> awaitable<void> {
      test.id_ = co_await test.submit_apart(WorktreeMode::kMerge);
      co_await test.until([&test] { return test.claude_->asked.size() == 3; });
      EXPECT_TRUE(co_await test.workspace_->log().durable(test.workspace_->log().head()));
      test.book_intent_ = test.book().find(test.id_.str())->intent.value();
    }(*this));
    crash();
  }
  void go_on_and_merge() {
    claude_->go_on();
    ASSERT_TRUE(open(Workspace::Interrupted{}));
    play([](WorktreeTest& test) -> awaitable<void> {
      co_await test.until_finished(test.id_);
      EXPECT_EQ(test.state_of(test.id_), TaskState::kSucceeded);
      EXPECT_EQ(co_await test.count("worktree_merged"), 1u);
    }(*this));
  }
  awaitable<std::size_t> count(std::string type) {
    std::size_t found = 0;
    for (const Event& event : co_await events()) found += event.type == type ? 1 : 0;
    co_return found;
  }

  TaskId id_;
  WorktreeInfo::Intent book_intent_;
};

TEST_F(WorktreeTest, ATaskWorksApartAndIsMergedAtItsEnd) {
  claude_->use("write_file", {{"path", "new.txt"}, {"text", "new\n"}});
  claude_->use("edit_file", {{"path", "a.txt"}, {"old", "1\n"}, {"new", "ONE\n"}});
  play([](WorktreeTest& test) -> awaitable<void> {
    co_await test.write("a.txt", "1\n2\n3\n");
    test.claude_->hold_from(2);
    const TaskId id = co_await test.submit_apart(WorktreeMode::kMerge);
    co_await test.until([&test] { return test.claude_->asked.size() == 3; });
    EXPECT_EQ(test.in_copy(id, "a.txt"), "ONE\n2\n3\n");
    EXPECT_EQ(test.on_disk("a.txt"), "1\n2\n3\n") << "nobody else sees it";
    EXPECT_EQ(test.on_disk("new.txt"), "(none)");
    co_await test.write("a.txt", "1\n2\nTHREE\n");
    EXPECT_TRUE(test.workspace_->state().locks.locks().empty());
    test.claude_->go_on();
    co_await test.until_finished(id);
    EXPECT_EQ(test.state_of(id), TaskState::kSucceeded);
    EXPECT_EQ(test.on_disk("a.txt"), "ONE\n2\nTHREE\n");
    EXPECT_EQ(test.on_disk("new.txt"), "new\n");
    EXPECT_TRUE(test.book().open().empty());
    EXPECT_FALSE(fs::exists(test.place_ / "worktrees" / id.str()));
    EXPECT_EQ(co_await test.count("worktree_edit"), 2u);
    EXPECT_EQ(co_await test.count("worktree_merged"), 1u);
  }(*this));
}

TEST_F(WorktreeTest, AConflictBecomesATaskInACopyThatHasBoth) {
  claude_->use("edit_file", {{"path", "a.txt"}, {"old", "2\n"}, {"new", "task\n"}});
  claude_->use("write_file", {{"path", "b.txt"}, {"text", "b\n"}});
  claude_->hold_from(2);
  play([](WorktreeTest& test) -> awaitable<void> {
    co_await test.write("a.txt", "1\n2\n3\n");
    const TaskId id = co_await test.submit_apart(WorktreeMode::kMerge);
    co_await test.until([&test] { return test.claude_->asked.size() == 3; });
    co_await test.write("a.txt", "1\nann\n3\n");
    test.claude_->say("done");
    test.claude_->use("write_file", {{"path", "a.txt"}, {"text", "1\nann and task\n3\n"}});
    test.claude_->go_on();
    co_await test.until_finished(id);
    EXPECT_EQ(test.state_of(id), TaskState::kFailed);
    EXPECT_EQ(test.task(id).error->kind, "conflict");
    EXPECT_NE(test.task(id).error->message.find("a.txt"), std::string::npos);
    const TaskId next = test.other_than(id);
    EXPECT_NE(test.task(id).error->hint.find(next.str()), std::string::npos);
    co_await test.until_finished(next);
    EXPECT_EQ(test.state_of(next), TaskState::kSucceeded) << test.task(next).error->message;
    EXPECT_EQ(test.on_disk("a.txt"), "1\nann and task\n3\n");
    EXPECT_EQ(test.on_disk("b.txt"), "b\n");
    EXPECT_TRUE(test.book().open().empty());
  }(*this));
}

TEST_F(WorktreeTest, MarksThatAreLeftDoNotComeIntoTheProject) {
  claude_->use("edit_file", {{"path", "a.txt"}, {"old", "1\n"}, {"new", "task\n"}});
  claude_->hold_from(1);
  play([](WorktreeTest& test) -> awaitable<void> {
    co_await test.write("a.txt", "1\n");
    const TaskId id = co_await test.submit_apart(WorktreeMode::kMerge);
    co_await test.until([&test] { return test.claude_->asked.size() == 2; });
    co_await test.write("a.txt", "ann\n");
    test.claude_->go_on();
    co_await test.until_finished(id);
    const TaskId next = test.other_than(id);
    co_await test.until_finished(next);
    EXPECT_EQ(test.state_of(next), TaskState::kFailed);
    EXPECT_EQ(test.on_disk("a.txt"), "ann\n");
    EXPECT_EQ(test.in_copy(next, "a.txt"),
              "<<<<<<< the project\nann\n=======\ntask\n>>>>>>> task " + id.str() + "\n");
    // A second attempt goes on in the same copy.
    test.claude_->use("write_file", {{"path", "a.txt"}, {"text", "both\n"}});
    EXPECT_TRUE(co_await test.tasks().retry(next, kAnn));
    co_await test.until_finished(next);
    EXPECT_EQ(test.state_of(next), TaskState::kSucceeded);
    EXPECT_EQ(test.on_disk("a.txt"), "both\n");
  }(*this));
}

TEST_F(WorktreeTest, WhatIsKeptIsMergedByAPersonOrThrownAway) {
  claude_->use("write_file", {{"path", "c.txt"}, {"text", "claude\n"}});
  kimi_->use("write_file", {{"path", "k.txt"}, {"text", "kimi\n"}});
  play([](WorktreeTest& test) -> awaitable<void> {
    const TaskId first = co_await test.submit_apart(WorktreeMode::kKeep);
    const TaskId second = co_await test.submit_apart(WorktreeMode::kKeep, "kimi");
    co_await test.until_finished(first);
    co_await test.until_finished(second);
    EXPECT_EQ(test.state_of(first), TaskState::kSucceeded);
    EXPECT_EQ(test.on_disk("c.txt"), "(none)");
    const auto diff = co_await test.worktrees().diff(first.str(), "");
    EXPECT_TRUE(diff);
    EXPECT_EQ(*diff, "--- /dev/null\n+++ b/c.txt\n@@ -0,0 +1,1 @@\n+claude\n");
    const auto merged = co_await test.tasks().merge_worktree(first, kAnn);
    EXPECT_TRUE(merged) << merged.error().message;
    EXPECT_EQ(merged->merge.paths, std::vector<std::string>{"c.txt"});
    EXPECT_EQ(test.on_disk("c.txt"), "claude\n");
    EXPECT_TRUE(co_await test.worktrees().discard(second.str(), kAnn));
    EXPECT_EQ(test.on_disk("k.txt"), "(none)");
    EXPECT_TRUE(test.book().open().empty());
    const auto again = co_await test.worktrees().discard(second.str(), kAnn);
    EXPECT_EQ(again.error().code, Errc::kNotFound);
    EXPECT_EQ((co_await test.tasks().merge_worktree(first, kAnn)).error().code, Errc::kNotFound);
  }(*this));
}

TEST_F(WorktreeTest, AMergeWaitsForALockThatSomebodyHas) {
  claude_->use("write_file", {{"path", "a.txt"}, {"text", "task\n"}});
  play([](WorktreeTest& test) -> awaitable<void> {
    locks::Request request;
    request.path = "a.txt";
    request.mode = locks::Mode::kWrite;
    request.holder = "user:ann";
    request.lease = std::chrono::minutes(1);
    const auto granted = co_await test.workspace_->locks().acquire(request, {}, {});
    EXPECT_TRUE(granted);
    const TaskId id = co_await test.submit_apart(WorktreeMode::kMerge);
    co_await test.until([&test, id] { return test.state_of(id) == TaskState::kWaiting; });
    EXPECT_EQ(test.on_disk("a.txt"), "(none)");
    EXPECT_TRUE(co_await test.workspace_->locks().release("a.txt", granted->token, "user:ann"));
    co_await test.until_finished(id);
    EXPECT_EQ(test.state_of(id), TaskState::kSucceeded);
    EXPECT_EQ(test.on_disk("a.txt"), "task\n");
    EXPECT_TRUE(test.workspace_->state().locks.locks().empty());
  }(*this));
}

TEST_F(WorktreeTest, AfterACrashTheLastWriteIsCompletedAndACommandsWorkStays) {
  interrupt_after_two_writes();
  const fs::path copy = place_ / "worktrees" / id_.str();
  archive::overwrite(copy / "project" / "by-command", "x");
  const auto intent = book_intent_;
  fs::rename(copy / "project" / "b.txt", copy / "staging" / intent.staged);
  go_on_and_merge();
  EXPECT_EQ(on_disk("a.txt"), "a\n");
  EXPECT_EQ(on_disk("b.txt"), "b\n");
  EXPECT_EQ(on_disk("by-command"), "x");
}

TEST_F(WorktreeTest, AfterTheMachineWentDownTheCopyIsWhatTheLogSays) {
  interrupt_after_two_writes();
  const fs::path copy = place_ / "worktrees" / id_.str();
  archive::overwrite(copy / "made", "another start");
  archive::overwrite(copy / "project" / "by-command", "x");
  fs::remove(copy / "project" / "a.txt");
  go_on_and_merge();
  EXPECT_EQ(on_disk("a.txt"), "a\n");
  EXPECT_EQ(on_disk("b.txt"), "b\n");
  EXPECT_EQ(on_disk("by-command"), "(none)");
}

TEST_F(WorktreeTest, ReplayAndSnapshotGiveTheSameBook) {
  claude_->use("write_file", {{"path", "d/c.txt"}, {"text", "claude\n"}});
  play([](WorktreeTest& test) -> awaitable<void> {
    const TaskId id = co_await test.submit_apart(WorktreeMode::kKeep);
    co_await test.until_finished(id);
    WorktreeBook replayed;
    for (const Event& event : co_await test.events()) EXPECT_TRUE(replayed.apply(event));
    EXPECT_EQ(replayed.snapshot(), test.book().snapshot());
    const auto restored = WorktreeBook::restore(replayed.snapshot());
    EXPECT_TRUE(restored);
    EXPECT_EQ(restored->snapshot(), replayed.snapshot());
    EXPECT_EQ(replayed.open().size(), 1u);
  }(*this));
}

}  // namespace
}  // namespace coditect::workspace
