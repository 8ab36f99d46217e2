#include <algorithm>

#include "workspace/tasks/task_service.h"
#include "workspace/workspace_test_support.h"

namespace coditect::workspace {
namespace {

using queue::TaskState;

class TaskServicePauseTest : public WorkspaceFixture {
 public:
  TaskServicePauseTest() { create(); }

  const queue::Task& task(const TaskId& id) const { return *workspace_->state().tasks.find(id); }
  lifecycle::AgentState claude() const { return workspace_->state().agents.state("claude"); }
  awaitable<void> until_asked(std::size_t calls) {
    co_await until([this, calls] { return claude_->asked.size() >= calls; });
  }
  awaitable<void> pause(TaskId id) {
    auto paused = co_await tasks().pause(id, kAnn);
    EXPECT_TRUE(paused) << paused.error().message;
    co_await until([this, id] { return state_of(id) == TaskState::kPaused; });
  }
  awaitable<void> resume(TaskId id) {
    auto resumed = co_await tasks().resume(id, kAnn);
    EXPECT_TRUE(resumed) << resumed.error().message;
  }
  std::string last_said_to_claude() const {
    return std::get<providers::TextBlock>(claude_->asked.back().turns.back().blocks.at(0)).text;
  }
};

TEST_F(TaskServicePauseTest, ThePausedTaskLeavesItsAgentFreeAndGoesOnWhereItWas) {
  claude_->hold();
  claude_->use("write_file", {{"path", "a.txt"}, {"text", "by claude"}});
  play([](TaskServicePauseTest& test) -> awaitable<void> {
    const TaskId first = co_await test.submit("claude", "first");
    const TaskId second = co_await test.submit("claude", "second");
    co_await test.until_asked(1);
    EXPECT_TRUE(co_await test.tasks().pause(first, kAnn));
    EXPECT_EQ(test.state_of(first), TaskState::kRunning) << "the model is still answering";
    test.claude_->go_on();
    co_await test.until_finished(second);
    EXPECT_EQ(test.state_of(first), TaskState::kPaused);
    EXPECT_EQ(test.on_disk("a.txt"), "(none)") << "the call was not made yet";
    EXPECT_EQ(test.claude(), lifecycle::AgentState::kIdle);
    EXPECT_TRUE(test.workspace_->state().locks.locks().empty());
    co_await test.resume(first);
    co_await test.until_finished(first);
    EXPECT_EQ(test.state_of(first), TaskState::kSucceeded);
    EXPECT_EQ(test.on_disk("a.txt"), "by claude");
    EXPECT_EQ(test.claude_->asked.size(), 3u) << "the first answer was not asked for again";
  }(*this));
}

TEST_F(TaskServicePauseTest, AWaitEndsAtOnceAndBeginsAgain) {
  claude_->use("write_file", {{"path", "a.txt"}, {"text", "by claude"}});
  play([](TaskServicePauseTest& test) -> awaitable<void> {
    locks::Request request;
    request.path = "a.txt";
    request.holder = "user:ann";
    const auto held = co_await test.workspace_->locks().acquire(request, {}, nullptr);
    const TaskId id = co_await test.submit("claude", "write it");
    co_await test.until([&] { return test.state_of(id) == TaskState::kWaiting; });
    co_await test.pause(id);
    EXPECT_TRUE(test.workspace_->state().locks.waiters().empty());
    EXPECT_TRUE(co_await test.workspace_->locks().release("a.txt", held->token, "user:ann"));
    co_await test.resume(id);
    co_await test.until_finished(id);
    EXPECT_EQ(test.state_of(id), TaskState::kSucceeded);
    int finished = 0;
    EXPECT_TRUE(co_await test.workspace_->log().durable(test.workspace_->log().head()));
    for (const Event& event : co_await test.events()) {
      if (event.type == "tool_call" && event.data.contains("ok")) ++finished;
    }
    EXPECT_EQ(finished, 1) << "the model is told of no call that was cancelled";
  }(*this));
  EXPECT_EQ(on_disk("a.txt"), "by claude");
}

TEST_F(TaskServicePauseTest, APausedTaskSurvivesACrash) {
  TaskId id;
  claude_->hold();
  claude_->use("write_file", {{"path", "a.txt"}, {"text", "by claude"}});
  play([](TaskServicePauseTest& test, TaskId& paused) -> awaitable<void> {
    paused = co_await test.submit("claude", "first");
    co_await test.until_asked(1);
    EXPECT_TRUE(co_await test.tasks().pause(paused, kAnn));
    EXPECT_TRUE(co_await test.tasks().steer(paused, kAnn, "be brief"));
  }(*this, id));
  // It was asked to stand still, and the crash comes first.
  crash();
  ASSERT_TRUE(open(Workspace::Interrupted{}));
  EXPECT_EQ(state_of(id), TaskState::kPaused);
  ASSERT_EQ(task(id).steering.size(), 1u);
  crash();
  ASSERT_TRUE(open(Workspace::Interrupted{}));
  EXPECT_EQ(state_of(id), TaskState::kPaused);
  claude_->go_on();
  play([](TaskServicePauseTest& test, TaskId paused) -> awaitable<void> {
    co_await test.resume(paused);
    co_await test.until_finished(paused);
    EXPECT_EQ(test.state_of(paused), TaskState::kSucceeded);
    EXPECT_TRUE(test.task(paused).steering.empty());
  }(*this, id));
  EXPECT_EQ(on_disk("a.txt"), "by claude");
}

TEST_F(TaskServicePauseTest, APersonSteersATaskUnderWay) {
  claude_->hold();
  claude_->use("read_file", {{"path", "none.txt"}});
  play([](TaskServicePauseTest& test) -> awaitable<void> {
    const TaskId id = co_await test.submit("claude", "first");
    co_await test.until_asked(1);
    const auto message = co_await test.tasks().steer(id, kAnn, "mind the tests");
    EXPECT_TRUE(message && message->starts_with("m_"));
    EXPECT_EQ(test.task(id).steering.size(), 1u);
    test.claude_->go_on();
    co_await test.until_finished(id);
    EXPECT_EQ(test.state_of(id), TaskState::kSucceeded);
    EXPECT_NE(test.last_said_to_claude().find("user:ann says"), std::string::npos);
    EXPECT_NE(test.last_said_to_claude().find("mind the tests"), std::string::npos);
    EXPECT_EQ((co_await test.tasks().steer(id, kAnn, "too late")).error().code, Errc::kConflict);
  }(*this));
}

TEST_F(TaskServicePauseTest, APausedTaskIsCancelledAndAnUnknownOneRefused) {
  claude_->hold();
  play([](TaskServicePauseTest& test) -> awaitable<void> {
    const TaskId id = co_await test.submit("claude", "first");
    co_await test.until_asked(1);
    EXPECT_TRUE(co_await test.tasks().pause(id, kAnn));
    EXPECT_TRUE(co_await test.tasks().cancel(id, kAnn));
    co_await test.until_finished(id);
    EXPECT_EQ(test.state_of(id), TaskState::kCancelled) << "a cancel is more than a pause";
    const TaskId unknown("t_unknown");
    EXPECT_EQ((co_await test.tasks().pause(unknown, kAnn)).error().code, Errc::kNotFound);
    EXPECT_EQ((co_await test.tasks().resume(unknown, kAnn)).error().code, Errc::kNotFound);
    EXPECT_EQ((co_await test.tasks().steer(unknown, kAnn, "hi")).error().code, Errc::kNotFound);
  }(*this));
}

}  // namespace
}  // namespace coditect::workspace
