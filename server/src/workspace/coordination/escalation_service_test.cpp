#include "workspace/coordination/escalation_service.h"

#include <algorithm>
#include <string>
#include <vector>

#include "workspace/workspace_test_support.h"

namespace coditect::workspace {
namespace {

using approvals::Decision;
using queue::TaskState;
using std::chrono::seconds;

class EscalationServiceTest : public WorkspaceFixture {
 public:
  EscalationServiceTest() {
    create();
    play([](EscalationServiceTest& test) -> awaitable<void> {
      co_await test.write("a.txt", "old\n");
    }(*this));
  }

  awaitable<locks::Token> lock(const std::string& holder, const std::string& path) {
    locks::Request request;
    request.path = path;
    request.holder = holder;
    request.lease = std::chrono::minutes{30};
    auto grant = co_await workspace_->locks().acquire(std::move(request), {}, nullptr);
    EXPECT_TRUE(grant) << grant.error().message;
    co_return grant ? grant->token : 0;
  }
  /// A task of claude's that edits a.txt, once it waits for the lock.
  awaitable<TaskId> until_waiting() {
    claude_->use("edit_file", {{"path", "a.txt"}, {"old", "old"}, {"new", "new"}});
    const TaskId id = co_await submit("claude", "edit it");
    co_await until([this] { return !workspace_->state().locks.waiters().empty(); });
    co_return id;
  }
  /// A task of kimi's that has locked a.txt, and thinks.
  awaitable<TaskId> until_locked() {
    kimi_->use("lock_files", {{"path", "a.txt"}});
    kimi_->hold_from(1);
    const TaskId id = co_await submit("kimi", "lock it");
    co_await until([this] { return kimi_->asked.size() == 2; });
    co_return id;
  }
  void pass(seconds time) {
    clock_.advance(time);
    workspace_->escalations().pump();
  }
  std::string only_question() const {
    const auto& open = workspace_->state().approvals.open();
    EXPECT_EQ(open.size(), 1u);
    return open.empty() ? "" : open.begin()->first;
  }
  awaitable<void> answer(std::string id, Decision decision, std::string note = {}) {
    auto done = co_await workspace_->approvals().answer(std::move(id), decision, std::move(note),
                                                        "user:bob", {});
    EXPECT_TRUE(done) << done.error().message;
  }
  /// "told user:ann" and the like, in order.
  awaitable<std::vector<std::string>> steps() {
    std::vector<std::string> all;
    EXPECT_TRUE(co_await workspace_->log().durable(workspace_->log().head()));
    for (const Event& event : co_await events()) {
      if (event.type != "lock_escalated") continue;
      all.push_back(*find_string(event.data, "step") + " " +
                    std::string(event.data.at("waits_for").as_array().at(0).as_string()));
    }
    co_return all;
  }
  awaitable<void> set_mode(std::string agent, approvals::Mode mode) {
    std::vector<EventDraft> change;
    change.push_back(approvals::mode_event(std::move(agent), mode));
    change.back().actor = "user:ann";
    EXPECT_TRUE(co_await workspace_->approvals().change(std::move(change)));
  }
  using Steps = std::vector<std::string>;
  /// How often the model has read `words`.
  static int heard(const PlayedModel& model, std::string_view words) {
    int count = 0;
    for (const providers::Turn& turn : model.asked.back().turns) {
      for (const providers::Block& block : turn.blocks) {
        const auto* text = std::get_if<providers::TextBlock>(&block);
        if (text != nullptr && text->text.find(words) != std::string::npos) ++count;
      }
    }
    return count;
  }
  static std::string told(const PlayedModel& model) {
    const auto& block = model.asked.back().turns.back().blocks.at(0);
    return std::get<providers::ToolResult>(block).output;
  }
};

TEST_F(EscalationServiceTest, AnIdlePersonIsToldAndThenLosesTheLock) {
  play([](EscalationServiceTest& test) -> awaitable<void> {
    const locks::Token token = co_await test.lock("user:ann", "a.txt");
    const TaskId task = co_await test.until_waiting();
    test.pass(seconds{9});
    EXPECT_EQ(co_await test.steps(), Steps{});
    test.pass(seconds{1});
    EXPECT_EQ(co_await test.steps(), Steps{"told user:ann"});
    test.pass(seconds{49});
    EXPECT_EQ(co_await test.steps(), Steps{"told user:ann"});
    test.pass(seconds{1});
    EXPECT_EQ(co_await test.steps(), (Steps{"told user:ann", "revoked user:ann"}));
    co_await test.until_finished(task);
    EXPECT_EQ(test.on_disk("a.txt"), "new\n");
    auto late = [](const CurrentFile&) -> Result<std::string> { return std::string("late\n"); };
    auto refused = co_await test.files().change(kAnn, "a.txt", std::nullopt, token, late);
    EXPECT_EQ(refused.error().code, Errc::kConflict) << refused.error().message;
    EXPECT_TRUE(test.workspace_->state().approvals.open().empty());
    EXPECT_EQ(test.workspace_->state().escalations.size(), 0u);
  }(*this));
}

TEST_F(EscalationServiceTest, WhoeverTouchesTheLockKeepsItUntilAPersonSaysOtherwise) {
  play([](EscalationServiceTest& test) -> awaitable<void> {
    const locks::Token token = co_await test.lock("user:ann", "a.txt");
    const TaskId task = co_await test.until_waiting();
    for (int i = 0; i < 3; ++i) {
      EXPECT_TRUE(co_await test.workspace_->locks().renew(token, "user:ann", seconds{600}));
      test.pass(seconds{40});
    }
    EXPECT_EQ(co_await test.steps(), (Steps{"told user:ann", "asked user:ann"}));
    const std::string id = test.only_question();
    const approvals::Approval& asked = test.workspace_->state().approvals.open().at(id);
    EXPECT_EQ(asked.agent, "claude");
    EXPECT_EQ(asked.kind, approvals::Kind::kLock);
    EXPECT_EQ(asked.input.at("path"), "a.txt");
    co_await test.answer(id, Decision::kAsk);
    EXPECT_TRUE(co_await test.workspace_->locks().renew(token, "user:ann", seconds{1200},
                                                        locks::Renewal::kInPerson));
    test.pass(seconds{0});
    EXPECT_TRUE(test.workspace_->state().approvals.open().empty());
    for (int i = 0; i < 6; ++i) {
      EXPECT_TRUE(co_await test.workspace_->locks().renew(token, "user:ann", seconds{1200}));
      test.pass(seconds{50});
    }
    co_await test.answer(test.only_question(), Decision::kAllow);
    co_await test.until_finished(task);
    EXPECT_EQ(test.state_of(task), TaskState::kSucceeded);
    EXPECT_EQ(test.on_disk("a.txt"), "new\n");
    EXPECT_EQ(co_await test.steps(),
              (Steps{"told user:ann", "asked user:ann", "asked user:ann", "revoked user:ann"}));
  }(*this));
}

TEST_F(EscalationServiceTest, AnAgentAtWorkHearsOfItInItsNextTurnAndKeepsItsLock) {
  play([](EscalationServiceTest& test) -> awaitable<void> {
    const TaskId holder = co_await test.until_locked();
    const TaskId task = co_await test.until_waiting();
    test.pass(seconds{10});
    test.pass(seconds{100});
    EXPECT_EQ(co_await test.steps(), Steps{"told agent:kimi"}) << "it works";
    test.kimi_->use("read_file", {{"path", "a.txt"}});
    test.kimi_->use("unlock_files", {{"path", "a.txt"}});
    test.kimi_->go_on();
    co_await test.until_finished(holder);
    co_await test.until_finished(task);
    EXPECT_EQ(test.on_disk("a.txt"), "new\n");
    EXPECT_EQ(heard(*test.kimi_, "agent:claude has waited"), 1);
    EXPECT_TRUE(test.workspace_->state().bus.unread("kimi").empty());
  }(*this));
}

TEST_F(EscalationServiceTest, AnAgentThatWaitsForAPersonIsIdle) {
  play([](EscalationServiceTest& test) -> awaitable<void> {
    const TaskId holder = co_await test.until_locked();
    const TaskId task = co_await test.until_waiting();
    co_await test.set_mode("kimi", approvals::Mode::kAsk);
    test.kimi_->use("write_file", {{"path", "b.txt"}, {"text", "b"}});
    test.kimi_->go_on();
    co_await test.until([&] { return test.state_of(holder) == TaskState::kWaiting; });
    test.pass(seconds{59});
    EXPECT_EQ(co_await test.steps(), Steps{"told agent:kimi"});
    test.pass(seconds{1});
    EXPECT_EQ(co_await test.steps(), (Steps{"told agent:kimi", "revoked agent:kimi"}));
    co_await test.until_finished(task);
    EXPECT_EQ(test.on_disk("a.txt"), "new\n");
    test.kimi_->use("unlock_files", {{"path", "a.txt"}});
    co_await test.answer(test.only_question(), Decision::kAllow);
    co_await test.until_finished(holder);
    EXPECT_EQ(heard(*test.kimi_, "You no longer have the lock on a.txt"), 1);
    EXPECT_NE(told(*test.kimi_).find("you hold no lock"), std::string::npos) << told(*test.kimi_);
  }(*this));
}

TEST_F(EscalationServiceTest, WhoIsNotToWaitHearsWhoseLockItIs) {
  play([](EscalationServiceTest& test) -> awaitable<void> {
    const TaskId holder = co_await test.until_locked();
    const TaskId task = co_await test.until_waiting();
    test.pass(seconds{120});
    co_await test.answer(test.only_question(), Decision::kDeny, "kimi needs an hour");
    co_await test.until_finished(task);
    EXPECT_EQ(test.state_of(task), TaskState::kSucceeded) << "the agent goes on without it";
    EXPECT_NE(told(*test.claude_)
                  .find("a.txt is locked by agent:kimi, and user:bob decided not to "
                        "wait for it: kimi needs an hour"),
              std::string::npos)
        << told(*test.claude_);
    EXPECT_EQ(test.on_disk("a.txt"), "old\n");
    EXPECT_EQ(test.workspace_->state().locks.locks().size(), 1u);
    test.kimi_->go_on();
    co_await test.until_finished(holder);
  }(*this));
}

TEST_F(EscalationServiceTest, NobodysAnswerIsToWaitAndAQuestionThatIsMootEnds) {
  play([](EscalationServiceTest& test) -> awaitable<void> {
    const TaskId holder = co_await test.until_locked();
    const TaskId task = co_await test.until_waiting();
    std::vector<EventDraft> shorter;
    shorter.push_back(*approvals::timeout_event(seconds{30}));
    shorter.back().actor = "user:ann";
    EXPECT_TRUE(co_await test.workspace_->approvals().change(std::move(shorter)));
    test.pass(seconds{120});
    const std::string first = test.only_question();
    test.pass(seconds{30});
    EXPECT_EQ(test.workspace_->state().approvals.ended(first)->expired, "timeout");
    EXPECT_EQ(test.workspace_->state().approvals.ended(first)->word, "wait");
    EXPECT_EQ(test.state_of(task), TaskState::kWaiting);
    test.pass(seconds{299});
    EXPECT_TRUE(test.workspace_->state().approvals.open().empty());
    test.pass(seconds{1});
    const std::string second = test.only_question();
    test.kimi_->go_on();
    co_await test.until_finished(holder);
    co_await test.until_finished(task);
    co_await test.until([&] { return test.workspace_->state().approvals.open().empty(); });
    EXPECT_EQ(test.workspace_->state().approvals.ended(second)->expired, "over");
  }(*this));
}

TEST_F(EscalationServiceTest, AfterACrashWhatWasAskedIsAskedOnceAndNobodyIsToldAgain) {
  play([](EscalationServiceTest& test) -> awaitable<void> {
    const locks::Token token = co_await test.lock("user:ann", "a.txt");
    (void)co_await test.until_waiting();
    test.clock_.advance(seconds{100});
    EXPECT_TRUE(co_await test.workspace_->locks().renew(token, "user:ann", seconds{1200}));
    test.pass(seconds{20});
    EXPECT_EQ(co_await test.steps(), (Steps{"told user:ann", "asked user:ann"}));
  }(*this));
  claude_->go_on();
  crash();
  ASSERT_TRUE(open(Workspace::Interrupted{}));
  play([](EscalationServiceTest& test) -> awaitable<void> {
    co_await test.until([&] { return !test.workspace_->state().approvals.open().empty(); });
    test.pass(seconds{1});
    EXPECT_EQ(co_await test.steps(), (Steps{"told user:ann", "asked user:ann", "asked user:ann"}));
    co_await test.answer(test.only_question(), Decision::kAllow);
    co_await test.until([&] { return test.on_disk("a.txt") == "new\n"; });
  }(*this));
}

}  // namespace
}  // namespace coditect::workspace
