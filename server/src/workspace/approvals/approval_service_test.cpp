#include "workspace/approvals/approval_service.h"

#include <filesystem>

#include "workspace/approvals/real_path.h"
#include "workspace/workspace_test_support.h"

namespace coditect::workspace {
namespace {

using approvals::Decision;
using approvals::Mode;
using queue::TaskState;

/// An agent that writes a file in a real workspace, and what has to be before it may.
class ApprovalServiceTest : public WorkspaceFixture {
 public:
  ApprovalServiceTest() { create(); }

  const approvals::Desk& desk() const { return workspace_->state().approvals; }
  awaitable<void> change(Result<EventDraft> draft) {
    EXPECT_TRUE(draft) << draft.error().message;
    draft->actor = "user:ann";
    std::vector<EventDraft> changes{*std::move(draft)};
    EXPECT_TRUE(co_await workspace_->approvals().change(std::move(changes)));
  }
  awaitable<Result<Sequence>> answer(std::string id, Decision decision, std::string note = {}) {
    co_return co_await workspace_->approvals().answer(std::move(id), decision, std::move(note),
                                                      "user:ann", {});
  }
  /// A task of claude's that writes "made.txt"; returns once it waits for a person.
  awaitable<TaskId> ask_to_write() {
    claude_->use("write_file", {{"path", "made.txt"}, {"text", "by claude\n"}});
    const TaskId id = co_await submit("claude", "write it");
    co_await until([this, id] { return state_of(id) == TaskState::kWaiting; });
    co_return id;
  }
  std::string open_id() const {
    EXPECT_EQ(desk().open().size(), 1u);
    return desk().open().empty() ? "" : desk().open().begin()->first;
  }
  /// What the model was told came of its call.
  std::string told() const {
    const providers::Turn& last = claude_->asked.back().turns.back();
    return std::get<providers::ToolResult>(last.blocks.back()).output;
  }
  awaitable<std::vector<std::string>> types_of(std::string prefix) {
    std::vector<std::string> found;
    for (const Event& event : co_await events()) {
      if (event.type.starts_with(prefix)) found.push_back(event.type);
    }
    co_return found;
  }
};

TEST_F(ApprovalServiceTest, WithoutAModeNobodyIsAsked) {
  play([](ApprovalServiceTest& test) -> awaitable<void> {
    test.claude_->use("write_file", {{"path", "made.txt"}, {"text", "by claude\n"}});
    co_await test.until_finished(co_await test.submit("claude", "write it"));
    EXPECT_EQ(test.on_disk("made.txt"), "by claude\n");
    EXPECT_TRUE((co_await test.types_of("approval_")).empty());
  }(*this));
}

TEST_F(ApprovalServiceTest, WhatIsAllowedIsDoneOnceAfterTheAnswerIsDurable) {
  play([](ApprovalServiceTest& test) -> awaitable<void> {
    co_await test.change(approvals::mode_event({}, Mode::kAsk));
    const TaskId id = co_await test.ask_to_write();
    const auto& state = test.workspace_->state();
    EXPECT_EQ(state.agents.state("claude"), lifecycle::AgentState::kWaiting);
    EXPECT_EQ(state.tasks.find(id)->waits_for, "approval: write_file made.txt");
    EXPECT_EQ(test.on_disk("made.txt"), "(none)");
    const std::string open = test.open_id();
    EXPECT_EQ(test.desk().open().at(open).input.at("text").as_string(), "by claude\n");
    EXPECT_TRUE(co_await test.answer(open, Decision::kAllow));
    EXPECT_EQ((co_await test.answer(open, Decision::kDeny)).error().code, Errc::kConflict);
    co_await test.until_finished(id);
    EXPECT_EQ(test.state_of(id), TaskState::kSucceeded);
    EXPECT_EQ(test.on_disk("made.txt"), "by claude\n");
    Sequence answered = 0;
    for (const Event& event : co_await test.events()) {
      if (event.type == "approval_answered") answered = event.seq;
      if (event.type == "file_edit") EXPECT_GT(event.seq, answered);
    }
    EXPECT_GT(answered, 0u);
  }(*this));
}

TEST_F(ApprovalServiceTest, AnAnswerThatACrashCouldTakeBackLetsNothingThrough) {
  play([](ApprovalServiceTest& test) -> awaitable<void> {
    co_await test.change(approvals::mode_event({}, Mode::kAsk));
    const TaskId id = co_await test.ask_to_write();
    const std::string open = test.open_id();
    test.gate_->shut();
    auto answered = asio::co_spawn(test.workspace_->strand(), test.answer(open, Decision::kAllow),
                                   asio::use_future);
    co_await test.until([&test, &open] { return test.desk().ended(open) != nullptr; });
    const Sequence head = test.workspace_->log().head();
    int looks = 20;
    co_await test.until([&looks] { return --looks == 0; });
    EXPECT_EQ(test.workspace_->log().head(), head) << "the agent went on";
    test.gate_->open_gate();
    co_await test.until_finished(id);
    EXPECT_GT(test.workspace_->log().head(), head);
    EXPECT_EQ(test.on_disk("made.txt"), "by claude\n");
    EXPECT_TRUE(answered.get());
  }(*this));
}

TEST_F(ApprovalServiceTest, WhatIsDeniedComesBackToTheModelWithTheNote) {
  play([](ApprovalServiceTest& test) -> awaitable<void> {
    co_await test.change(approvals::mode_event("claude", Mode::kAsk));
    const TaskId id = co_await test.ask_to_write();
    EXPECT_TRUE(co_await test.answer(test.open_id(), Decision::kDeny, "put it under docs/"));
    co_await test.until_finished(id);
    EXPECT_EQ(test.state_of(id), TaskState::kSucceeded) << "the agent went on without it";
    EXPECT_NE(test.told().find("put it under docs/"), std::string::npos) << test.told();
    EXPECT_EQ(test.on_disk("made.txt"), "(none)");
  }(*this));
}

TEST_F(ApprovalServiceTest, AReadOnlyAgentIsRefusedWithoutAQuestion) {
  play([](ApprovalServiceTest& test) -> awaitable<void> {
    co_await test.change(approvals::mode_event({}, Mode::kReadOnly));
    test.claude_->use("write_file", {{"path", "made.txt"}, {"text", "x"}});
    co_await test.until_finished(co_await test.submit("claude", "write it"));
    EXPECT_NE(test.told().find("the mode is read-only"), std::string::npos) << test.told();
    EXPECT_TRUE((co_await test.types_of("approval_requested")).empty());
    EXPECT_EQ(test.on_disk("made.txt"), "(none)");
  }(*this));
}

TEST_F(ApprovalServiceTest, NobodysAnswerDenies) {
  play([](ApprovalServiceTest& test) -> awaitable<void> {
    co_await test.change(approvals::mode_event({}, Mode::kAsk));
    co_await test.change(approvals::timeout_event(std::chrono::seconds(600)));
    const TaskId id = co_await test.ask_to_write();
    const std::string open = test.open_id();
    test.clock_.advance(std::chrono::seconds(600));
    // Only the wall clock has moved; any event of approvals lets the wait look at it.
    co_await test.change(approvals::mode_event("kimi", Mode::kFull));
    co_await test.until_finished(id);
    EXPECT_EQ(test.desk().ended(open)->expired, "timeout");
    EXPECT_NE(test.told().find("nobody answered in time"), std::string::npos) << test.told();
    EXPECT_EQ(test.on_disk("made.txt"), "(none)");
  }(*this));
}

TEST_F(ApprovalServiceTest, APolicyThatDecidesItEndsTheWait) {
  play([](ApprovalServiceTest& test) -> awaitable<void> {
    co_await test.change(approvals::mode_event({}, Mode::kAsk));
    const TaskId allowed = co_await test.ask_to_write();
    co_await test.change(approvals::mode_event({}, Mode::kAutoEdit));
    co_await test.until_finished(allowed);
    EXPECT_EQ(test.on_disk("made.txt"), "by claude\n");
    co_await test.change(approvals::mode_event({}, Mode::kAsk));
    test.claude_->use("edit_file", {{"path", "made.txt"}, {"old", "claude"}, {"new", "me"}});
    const TaskId refused = co_await test.submit("claude", "edit it");
    co_await test.until([&test, refused] { return test.state_of(refused) == TaskState::kWaiting; });
    co_await test.change(approvals::mode_event({}, Mode::kReadOnly));
    co_await test.until_finished(refused);
    EXPECT_NE(test.told().find("the mode is read-only"), std::string::npos) << test.told();
    EXPECT_EQ(test.on_disk("made.txt"), "by claude\n");
  }(*this));
}

TEST_F(ApprovalServiceTest, CancellingTheTaskEndsTheWait) {
  play([](ApprovalServiceTest& test) -> awaitable<void> {
    co_await test.change(approvals::mode_event({}, Mode::kAsk));
    const TaskId id = co_await test.ask_to_write();
    const std::string open = test.open_id();
    EXPECT_TRUE(co_await test.tasks().cancel(id, kAnn));
    co_await test.until_finished(id);
    EXPECT_EQ(test.state_of(id), TaskState::kCancelled);
    EXPECT_EQ(test.desk().ended(open)->expired, "cancelled");
    EXPECT_EQ((co_await test.answer(open, Decision::kAllow)).error().code, Errc::kConflict);
    EXPECT_EQ(test.on_disk("made.txt"), "(none)");
  }(*this));
}

TEST_F(ApprovalServiceTest, ACrashLeavesNoOrphanAndTheTaskAsksAgain) {
  TaskId id;
  std::string before;
  play([](ApprovalServiceTest& test, TaskId& id, std::string& before) -> awaitable<void> {
    co_await test.change(approvals::mode_event({}, Mode::kAsk));
    id = co_await test.ask_to_write();
    before = test.open_id();
  }(*this, id, before));
  crash();
  ASSERT_TRUE(open(Workspace::Interrupted{}));
  play([](ApprovalServiceTest& test, TaskId id, std::string before) -> awaitable<void> {
    EXPECT_EQ(test.desk().policy().mode, Mode::kAsk) << "the policy is kept";
    EXPECT_EQ(test.desk().ended(before)->expired, "interrupted");
    co_await test.until([&test] { return !test.desk().open().empty(); });
    EXPECT_NE(test.open_id(), before);
    EXPECT_TRUE(co_await test.answer(test.open_id(), Decision::kAllow));
    co_await test.until_finished(id);
    EXPECT_EQ(test.on_disk("made.txt"), "by claude\n");
  }(*this, id, before));
}

TEST_F(ApprovalServiceTest, ClosingEndsTheWaitWithoutEndingTheTask) {
  TaskId id;
  play([](ApprovalServiceTest& test, TaskId& id) -> awaitable<void> {
    co_await test.change(approvals::mode_event({}, Mode::kAsk));
    id = co_await test.ask_to_write();
  }(*this, id));
  ASSERT_TRUE(close(Workspace::Closing::kSleeps));
  claude_->hold();
  ASSERT_TRUE(open(Workspace::Asleep{}));
  EXPECT_TRUE(desk().open().empty());
  EXPECT_TRUE(queue::is_active(state_of(id)));
}

TEST_F(ApprovalServiceTest, ARuleForAFolderHoldsForWhatLinksToIt) {
  play([](ApprovalServiceTest& test) -> awaitable<void> {
    co_await test.write("secrets/key.txt", "the key\n");
    co_await test.write("open.txt", "open\n");
    std::filesystem::create_symlink("secrets/key.txt", test.project() / "link.txt");
    auto rules = approvals::parse_rules({{{"path", "secrets/"}, {"decision", "deny"}}});
    EXPECT_TRUE(rules);
    co_await test.change(approvals::rules_event(*rules));
    for (const char* path : {"secrets/key.txt", "link.txt"}) {
      test.claude_->use("read_file", {{"path", path}});
      co_await test.until_finished(co_await test.submit("claude", "read it"));
      EXPECT_NE(test.told().find("rule 1 says deny"), std::string::npos) << test.told();
    }
    test.claude_->use("read_file", {{"path", "open.txt"}});
    co_await test.until_finished(co_await test.submit("claude", "read it"));
    EXPECT_NE(test.told().find("open"), std::string::npos) << test.told();
  }(*this));
}

TEST(RealPath, FollowsLinksInsideTheProjectAndLeavesOthersAlone) {
  namespace fs = std::filesystem;
  const archive::TemporaryFolder folder;
  const fs::path root = folder.path() / "project";
  fs::create_directories(root / "a/b");
  fs::create_symlink("a/b", root / "inside");
  fs::create_symlink("..", root / "outside");
  const struct {
    const char *path, *real;
  } cases[] = {{"", ""},
               {"a/b", "a/b"},
               {"inside", "a/b"},
               {"inside/new", "a/b/new"},
               {"none/x", "none/x"},
               {"outside/y", "outside/y"}};
  for (const auto& c : cases) EXPECT_EQ(real_path(root, c.path), c.real) << c.path;
}

}  // namespace
}  // namespace coditect::workspace
