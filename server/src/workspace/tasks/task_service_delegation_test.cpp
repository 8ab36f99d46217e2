#include <algorithm>
#include <string>
#include <vector>

#include "coordination/queue/delegation_limits.h"
#include "workspace/tasks/task_service.h"
#include "workspace/workspace_test_support.h"

namespace coditect::workspace {
namespace {

using queue::TaskState;

class TaskServiceDelegationTest : public WorkspaceFixture {
 public:
  TaskServiceDelegationTest() { create(); }

  static json::object to(std::string agent, std::string prompt) {
    return {{"agent", std::move(agent)}, {"prompt", std::move(prompt)}};
  }
  std::vector<TaskId> children(const TaskId& id) const {
    std::vector<TaskId> ids;
    for (const auto& [child, task] : workspace_->state().tasks.tasks()) {
      if (task.parent == id) ids.push_back(child);
    }
    return ids;
  }
  awaitable<TaskId> until_delegated(TaskId parent) {
    co_await until([this, parent] { return !children(parent).empty(); });
    co_return children(parent).front();
  }
  /// What the model was last told that its tool had done.
  static std::string told(const PlayedModel& model) {
    const auto& block = model.asked.back().turns.back().blocks.at(0);
    return std::get<providers::ToolResult>(block).output;
  }
};

TEST_F(TaskServiceDelegationTest, WhatTheOtherSaidComesBackToWhoDelegated) {
  claude_->use("delegate_task", to("kimi", "write the tests"));
  kimi_->hold();
  kimi_->say("three tests are written");
  play([](TaskServiceDelegationTest& test) -> awaitable<void> {
    const TaskId parent = co_await test.submit("claude", "do it all");
    const TaskId child = co_await test.until_delegated(parent);
    co_await test.until([&] { return test.state_of(parent) == TaskState::kWaiting; });
    const queue::Task& waits = *test.workspace_->state().tasks.find(parent);
    EXPECT_EQ(waits.waits_for, "task: " + child.str() + " of kimi");
    test.kimi_->go_on();
    co_await test.until_finished(parent);
    EXPECT_EQ(test.state_of(parent), TaskState::kSucceeded);
    EXPECT_NE(told(*test.claude_).find("three tests are written"), std::string::npos);
    EXPECT_TRUE(test.workspace_->state().tasks.find(child)->told);
  }(*this));
}

TEST_F(TaskServiceDelegationTest, AFailureComesBackToo) {
  claude_->use("delegate_task", to("all", "write the tests"));
  kimi_->fail("the vendor is down");
  play([](TaskServiceDelegationTest& test) -> awaitable<void> {
    const TaskId parent = co_await test.submit("claude", "do it all");
    co_await test.until_finished(parent);
    EXPECT_EQ(test.state_of(parent), TaskState::kSucceeded);
    EXPECT_NE(told(*test.claude_).find("the vendor is down"), std::string::npos);
    EXPECT_EQ(test.children(parent).size(), 1u) << "all others, not itself";
  }(*this));
}

TEST_F(TaskServiceDelegationTest, WhoeverIsWaitedForCannotDelegateBack) {
  claude_->use("delegate_task", to("kimi", "do it for me"));
  kimi_->use("delegate_task", to("claude", "no, you"));
  kimi_->say("then I do it");
  play([](TaskServiceDelegationTest& test) -> awaitable<void> {
    const TaskId parent = co_await test.submit("claude", "do it all");
    co_await test.until_finished(parent);
    EXPECT_EQ(test.state_of(parent), TaskState::kSucceeded);
    EXPECT_NE(told(*test.kimi_).find("waits for a task of yours"), std::string::npos);
    EXPECT_NE(told(*test.claude_).find("then I do it"), std::string::npos);
  }(*this));
}

TEST_F(TaskServiceDelegationTest, CancellingTheParentCancelsWhatItDelegated) {
  claude_->use("delegate_task", to("kimi", "write the tests"));
  kimi_->hold();
  play([](TaskServiceDelegationTest& test) -> awaitable<void> {
    const TaskId parent = co_await test.submit("claude", "do it all");
    const TaskId child = co_await test.until_delegated(parent);
    co_await test.until([&test] { return !test.kimi_->asked.empty(); });
    EXPECT_TRUE(co_await test.tasks().cancel(parent, kAnn));
    co_await test.until_finished(parent);
    co_await test.until_finished(child);
    EXPECT_EQ(test.state_of(parent), TaskState::kCancelled);
    EXPECT_EQ(test.state_of(child), TaskState::kCancelled);
  }(*this));
}

TEST_F(TaskServiceDelegationTest, AfterACrashTheChildIsFoundAgain) {
  claude_->use("delegate_task", to("kimi", "write the tests"));
  kimi_->hold();
  TaskId parent;
  play([](TaskServiceDelegationTest& test, TaskId& id) -> awaitable<void> {
    id = co_await test.submit("claude", "do it all");
    (void)co_await test.until_delegated(id);
    co_await test.until([&test, &id] { return test.state_of(id) == TaskState::kWaiting; });
  }(*this, parent));
  for (int i = 0; i < 2; ++i) {
    crash();
    ASSERT_TRUE(open(Workspace::Interrupted{}));
  }
  kimi_->go_on();
  kimi_->say("three tests are written");
  play([](TaskServiceDelegationTest& test, TaskId id) -> awaitable<void> {
    co_await test.until_finished(id);
    EXPECT_EQ(test.state_of(id), TaskState::kSucceeded);
    EXPECT_EQ(test.children(id).size(), 1u);
    EXPECT_NE(told(*test.claude_).find("three tests are written"), std::string::npos);
  }(*this, parent));
}

TEST_F(TaskServiceDelegationTest, APausedParentAsksAgainForWhatItWaitsFor) {
  claude_->use("delegate_task", to("kimi", "write the tests"));
  kimi_->hold();
  kimi_->say("three tests are written");
  play([](TaskServiceDelegationTest& test) -> awaitable<void> {
    const TaskId parent = co_await test.submit("claude", "do it all");
    const TaskId child = co_await test.until_delegated(parent);
    co_await test.until([&] { return test.state_of(parent) == TaskState::kWaiting; });
    EXPECT_TRUE(co_await test.tasks().pause(parent, kAnn));
    co_await test.until([&] { return test.state_of(parent) == TaskState::kPaused; });
    test.kimi_->go_on();
    co_await test.until_finished(child);
    EXPECT_TRUE(co_await test.tasks().resume(parent, kAnn));
    co_await test.until_finished(parent);
    EXPECT_EQ(test.children(parent).size(), 1u);
    EXPECT_NE(told(*test.claude_).find("three tests are written"), std::string::npos);
  }(*this));
}

TEST_F(TaskServiceDelegationTest, SeveralAgentsAreAGroup) {
  play([](TaskServiceDelegationTest& test) -> awaitable<void> {
    TaskRequest request;
    request.agents = {"kimi", "claude"};
    request.prompt = "do it";
    const auto ids = co_await test.tasks().submit(kAnn, request);
    EXPECT_TRUE(ids && ids->size() == 2);
    const queue::Task& first = *test.workspace_->state().tasks.find(ids->front());
    EXPECT_TRUE(first.group.starts_with("g_"));
    EXPECT_EQ(test.workspace_->state().tasks.find(ids->back())->group, first.group);
    request.agents = {"kimi", "nobody"};
    EXPECT_EQ((co_await test.tasks().submit(kAnn, request)).error().code, Errc::kNotFound);
    for (const TaskId& id : *ids) co_await test.until_finished(id);
  }(*this));
}

}  // namespace
}  // namespace coditect::workspace
