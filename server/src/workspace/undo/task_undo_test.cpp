#include "workspace/undo/task_undo.h"

#include <algorithm>

#include "workspace/workspace_test_support.h"

namespace coditect::workspace {
namespace {

namespace fs = std::filesystem;

class TaskUndoTest : public WorkspaceFixture {
 public:
  TaskUndoTest() { create(); }

  TaskUndo& undo() { return workspace_->undo(); }
  /// Claude carries out these calls of tools; the task's id.
  awaitable<std::string> task(std::vector<std::pair<std::string, json::object>> calls) {
    for (auto& [tool, input] : calls) claude_->use(tool, std::move(input));
    const TaskId id = co_await submit("claude", "work");
    co_await until_finished(id);
    EXPECT_EQ(state_of(id), queue::TaskState::kSucceeded);
    co_return id.str();
  }
  awaitable<json::object> changes(std::string id) {
    auto changed = co_await undo().changes(std::move(id));
    EXPECT_TRUE(changed) << changed.error().message;
    co_return changed ? *std::move(changed) : json::object();
  }
  awaitable<TaskUndo::Reverted> revert(std::string id, TaskUndo::Conflicts conflicts) {
    auto reverted = co_await undo().revert(kAnn, std::move(id), conflicts);
    EXPECT_TRUE(reverted) << reverted.error().message;
    co_return reverted ? *std::move(reverted) : TaskUndo::Reverted{};
  }
};

json::object edit(const char* path, const char* old, const char* text) {
  return {{"path", path}, {"old", old}, {"new", text}};
}

constexpr auto kRefuse = TaskUndo::Conflicts::kRefuse;
constexpr auto kSkip = TaskUndo::Conflicts::kSkip;

TEST_F(TaskUndoTest, ATaskIsTakenBackAndOthersChangesStay) {
  play([](TaskUndoTest& test) -> awaitable<void> {
    co_await test.write("a.txt", "1\n2\n3\n4\n5\n");
    const std::string id =
        co_await test.task({{"read_file", {{"path", "a.txt"}}},
                            {"edit_file", edit("a.txt", "1\n2", "one\n2")},
                            {"edit_file", edit("a.txt", "5\n", "five\n")},
                            {"write_file", {{"path", "new.txt"}, {"text", "new"}}}});
    co_await test.write("a.txt", "one\n2\nTHREE\n4\nfive\n");
    const TaskUndo::Reverted reverted = co_await test.revert(id, kRefuse);
    EXPECT_EQ(reverted.restored.changed, 2u);
    EXPECT_EQ(test.on_disk("a.txt"), "1\n2\nTHREE\n4\n5\n");
    EXPECT_EQ(test.on_disk("new.txt"), "(none)");
    EXPECT_EQ((co_await test.revert(id, kRefuse)).restored.changed, 0u) << "it is taken back";
    auto again =
        co_await test.workspace_->checkpoints().restore(kAnn, reverted.restored.before.id, "");
    EXPECT_TRUE(again);
    EXPECT_EQ(test.on_disk("a.txt"), "one\n2\nTHREE\n4\nfive\n");
    EXPECT_EQ(test.on_disk("new.txt"), "new");
  }(*this));
}

TEST_F(TaskUndoTest, WhereOthersChangedTheSameNothingIsDoneUnlessThatIsWanted) {
  play([](TaskUndoTest& test) -> awaitable<void> {
    co_await test.write("a.txt", "1\n2\n3\n");
    co_await test.write("b.txt", "1\n");
    const std::string id = co_await test.task({{"read_file", {{"path", "a.txt"}}},
                                               {"edit_file", edit("a.txt", "2\n", "two\n")},
                                               {"read_file", {{"path", "b.txt"}}},
                                               {"edit_file", edit("b.txt", "1\n", "one\n")}});
    co_await test.write("a.txt", "1\nTWO!\n3\n");
    const Sequence head = test.workspace_->log().head();
    const auto refused = co_await test.undo().revert(kAnn, id, kRefuse);
    EXPECT_EQ(refused.error().code, Errc::kConflict);
    EXPECT_NE(refused.error().message.find("a.txt:2: "), std::string::npos)
        << refused.error().message;
    EXPECT_NE(refused.error().message.find("user:ann (event "), std::string::npos);
    EXPECT_EQ(test.workspace_->log().head(), head) << "nothing happened";
    const TaskUndo::Reverted reverted = co_await test.revert(id, kSkip);
    EXPECT_EQ(reverted.refused.size(), 1u);
    EXPECT_EQ(test.on_disk("a.txt"), "1\nTWO!\n3\n");
    EXPECT_EQ(test.on_disk("b.txt"), "1\n");
  }(*this));
}

TEST_F(TaskUndoTest, WhatSomebodyHasLockedStopsAllOfIt) {
  play([](TaskUndoTest& test) -> awaitable<void> {
    const std::string id = co_await test.task({{"write_file", {{"path", "a.txt"}, {"text", "a"}}},
                                               {"write_file", {{"path", "b.txt"}, {"text", "b"}}}});
    locks::Request request;
    request.path = "b.txt";
    request.holder = "user:bob";
    const auto held = co_await test.workspace_->locks().acquire(request, {}, nullptr);
    EXPECT_TRUE(held);
    const Sequence head = test.workspace_->log().head();
    const auto refused = co_await test.undo().revert(kAnn, id, kRefuse);
    EXPECT_EQ(refused.error().code, Errc::kLocked);
    EXPECT_NE(refused.error().message.find("bob"), std::string::npos);
    EXPECT_EQ(test.workspace_->log().head(), head);
    EXPECT_EQ(test.on_disk("a.txt"), "a");
    EXPECT_TRUE(co_await test.workspace_->locks().release("b.txt", held->token, "user:bob"));
    (void)co_await test.revert(id, kRefuse);
    EXPECT_EQ(test.on_disk("a.txt"), "(none)");
    EXPECT_EQ(test.on_disk("b.txt"), "(none)");
  }(*this));
}

TEST_F(TaskUndoTest, PiecesAreRejectedAndAcceptedOneByOne) {
  play([](TaskUndoTest& test) -> awaitable<void> {
    co_await test.write("a.txt", "1\n2\n3\n4\n5\n");
    const std::string id = co_await test.task({{"read_file", {{"path", "a.txt"}}},
                                               {"edit_file", edit("a.txt", "1\n2", "one\n2")},
                                               {"edit_file", edit("a.txt", "5\n", "five\n")}});
    const json::object changed = co_await test.changes(id);
    const json::object file = changed.at("files").at(0).as_object();
    EXPECT_EQ(file.at("path").as_string(), "a.txt");
    EXPECT_EQ(file.at("hunks").as_array().size(), 2u);
    const std::string first(file.at("hunks").at(0).at("id").as_string());
    const std::string second(file.at("hunks").at(1).at("id").as_string());
    EXPECT_EQ(file.at("hunks").at(0).at("removed").as_string(), "1\n");
    EXPECT_EQ(file.at("hunks").at(1).at("added").as_string(), "five\n");
    const auto version = file.at("version").to_number<Sequence>();

    TaskUndo::Choice stale{id, "a.txt", version - 1, {second}};
    EXPECT_EQ((co_await test.undo().reject(kAnn, stale)).error().code, Errc::kConflict);
    TaskUndo::Choice unknown{id, "a.txt", version, {"h_none"}};
    EXPECT_EQ((co_await test.undo().reject(kAnn, unknown)).error().code, Errc::kNotFound);
    TaskUndo::Choice none{id, "a.txt", version, {}};
    EXPECT_EQ((co_await test.undo().accept(kAnn, none)).error().code, Errc::kInvalid);

    TaskUndo::Choice keep{id, "a.txt", version, {first}};
    EXPECT_TRUE(co_await test.undo().accept(kAnn, keep));
    TaskUndo::Choice drop{id, "a.txt", version, {second}};
    EXPECT_TRUE(co_await test.undo().reject(kAnn, drop));
    EXPECT_EQ(test.on_disk("a.txt"), "one\n2\n3\n4\n5\n");
    const json::object left = co_await test.changes(id);
    const json::array& hunks = left.at("files").at(0).at("hunks").as_array();
    EXPECT_EQ(hunks.size(), 1u);
    EXPECT_EQ(hunks.at(0).at("id").as_string(), first);
    EXPECT_TRUE(hunks.at(0).at("accepted").as_bool());
    const std::vector<Event> all = co_await test.events();
    EXPECT_EQ(all.back().actor, "user:ann");
    EXPECT_EQ(all.back().type, "file_edit");
    EXPECT_EQ(all.back().task, "") << "it is the person's edit";
  }(*this));
}

TEST_F(TaskUndoTest, CommandsFilesAndModesAreTakenBackToo) {
  put_outside("run.sh", "echo\n");
  play([](TaskUndoTest& test) -> awaitable<void> {
    EXPECT_TRUE(co_await test.files().reconcile_folder("", {"user:outside", {}, {}}));
    const std::string id = co_await test.task({{"read_file", {{"path", "run.sh"}}}});
    // What a command of the task does, as the host logs it when it ends.
    const Actor process{"process:" + id, {}, id};
    fs::permissions(test.project() / "run.sh", fs::perms(0755));
    test.put_outside("made.txt", "made");
    EXPECT_TRUE(co_await test.files().reconcile_folder("", process));
    EXPECT_TRUE(co_await test.files().move(process, "made.txt", "moved.txt", std::nullopt));
    const json::object changed = co_await test.changes(id);
    EXPECT_EQ(changed.at("files").as_array().size(), 2u) << json::serialize(changed);
    (void)co_await test.revert(id, kRefuse);
    EXPECT_EQ(test.on_disk("made.txt"), "(none)");
    EXPECT_EQ(test.on_disk("moved.txt"), "(none)");
    EXPECT_EQ(fs::status(test.project() / "run.sh").permissions(), fs::perms(0644));
  }(*this));
}

TEST_F(TaskUndoTest, RefusesTasksThatNobodyKnowsOrThatStillRun) {
  play([](TaskUndoTest& test) -> awaitable<void> {
    EXPECT_EQ((co_await test.undo().changes("t_none")).error().code, Errc::kNotFound);
    EXPECT_EQ((co_await test.undo().revert(kAnn, "t_none", kRefuse)).error().code, Errc::kNotFound);
    test.claude_->hold();
    const TaskId id = co_await test.submit("claude", "work");
    co_await test.until([&] { return test.state_of(id) == queue::TaskState::kRunning; });
    const auto running = co_await test.undo().revert(kAnn, id.str(), kRefuse);
    EXPECT_EQ(running.error().code, Errc::kConflict);
    test.claude_->go_on();
    co_await test.until_finished(id);
  }(*this));
}

TEST_F(TaskUndoTest, AcceptedPiecesSurviveARestart) {
  std::string id;
  std::string hunk;
  play([](TaskUndoTest& test, std::string& task, std::string& piece) -> awaitable<void> {
    task = co_await test.task({{"write_file", {{"path", "a.txt"}, {"text", "a"}}}});
    const json::object changed = co_await test.changes(task);
    const json::object file = changed.at("files").at(0).as_object();
    piece = file.at("hunks").at(0).at("id").as_string();
    TaskUndo::Choice keep{task, "a.txt", file.at("version").to_number<Sequence>(), {piece}};
    EXPECT_TRUE(co_await test.undo().accept(kAnn, keep));
  }(*this, id, hunk));
  ASSERT_TRUE(close(Workspace::Closing::kPauses));
  ASSERT_TRUE(open(Workspace::Interrupted{}));
  EXPECT_TRUE(workspace_->state().reviews.accepted(id, hunk));
  crash();
  ASSERT_TRUE(open(Workspace::Interrupted{}));
  EXPECT_TRUE(workspace_->state().reviews.accepted(id, hunk));
}

}  // namespace
}  // namespace coditect::workspace
