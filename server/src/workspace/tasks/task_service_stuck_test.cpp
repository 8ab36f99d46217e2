#include "workspace/tasks/task_service.h"
#include "workspace/workspace_test_support.h"

namespace coditect::workspace {
namespace {

using queue::TaskState;
using std::chrono::minutes;

constexpr minutes kMost = limits::kAgentSilenceMax;

class TaskServiceStuckTest : public WorkspaceFixture {
 public:
  TaskServiceStuckTest() { create(); }

  awaitable<TaskId> begin() {
    const TaskId id = co_await submit("claude", "do it");
    co_await until([this] { return !claude_->asked.empty(); });
    co_return id;
  }
  /// That much later the supervisor looks.
  void after(minutes time) {
    clock_.advance(time);
    tasks().cut_off_stuck();
  }
  awaitable<int> count(std::string type) {
    EXPECT_TRUE(co_await workspace_->log().durable(workspace_->log().head()));
    int found = 0;
    for (const Event& event : co_await events()) found += event.type == type ? 1 : 0;
    co_return found;
  }
};

TEST_F(TaskServiceStuckTest, ACallOfWhichNothingIsHeardIsMadeOnceMore) {
  claude_->hold();
  claude_->say("here I am");
  play([](TaskServiceStuckTest& test) -> awaitable<void> {
    const TaskId id = co_await test.begin();
    test.after(kMost - minutes(1));
    EXPECT_EQ(test.state_of(id), TaskState::kRunning);
    EXPECT_EQ(co_await test.count("agent_stuck"), 0);
    test.after(minutes(1));
    co_await test.until([&test] { return test.claude_->asked.size() == 2; });
    EXPECT_EQ(co_await test.count("agent_stuck"), 1);
    test.claude_->go_on();
    co_await test.until_finished(id);
    EXPECT_EQ(test.state_of(id), TaskState::kSucceeded);
    EXPECT_EQ(test.workspace_->state().tasks.find(id)->result, "here I am");
  }(*this));
}

TEST_F(TaskServiceStuckTest, TheSecondTimeTheTaskFails) {
  claude_->hold();
  play([](TaskServiceStuckTest& test) -> awaitable<void> {
    const TaskId id = co_await test.begin();
    test.after(kMost);
    co_await test.until([&test] { return test.claude_->asked.size() == 2; });
    test.after(kMost);
    co_await test.until_finished(id);
    EXPECT_EQ(test.state_of(id), TaskState::kFailed);
    EXPECT_EQ(test.workspace_->state().tasks.find(id)->error->kind, "unavailable");
    EXPECT_EQ(co_await test.count("agent_stuck"), 2);
    EXPECT_EQ(test.workspace_->state().agents.state("claude"), lifecycle::AgentState::kIdle);
  }(*this));
}

TEST_F(TaskServiceStuckTest, WhoWaitsForALockIsNotStuck) {
  claude_->use("write_file", {{"path", "a.txt"}, {"text", "by claude"}});
  play([](TaskServiceStuckTest& test) -> awaitable<void> {
    locks::Request request;
    request.path = "a.txt";
    request.holder = "user:ann";
    EXPECT_TRUE(co_await test.workspace_->locks().acquire(request, {}, nullptr));
    const TaskId id = co_await test.submit("claude", "write it");
    co_await test.until([&] { return test.state_of(id) == TaskState::kWaiting; });
    test.after(10 * kMost);
    EXPECT_EQ(co_await test.count("agent_stuck"), 0);
    EXPECT_TRUE(co_await test.tasks().cancel(id, kAnn));
    co_await test.until_finished(id);
  }(*this));
}

}  // namespace
}  // namespace coditect::workspace
