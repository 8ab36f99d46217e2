#include "workspace/tasks/task_service.h"

#include <algorithm>

#include "base/limits.h"
#include "workspace/workspace_test_support.h"

namespace coditect::workspace {
namespace {

using queue::TaskState;
using Rows = std::vector<std::string>;

class TaskServiceTest : public WorkspaceFixture {
 public:
  TaskServiceTest() { create(); }

  static TaskRequest ask(std::string agent, std::string prompt = "do it") {
    TaskRequest request;
    request.agent = std::move(agent);
    request.prompt = std::move(prompt);
    return request;
  }
  awaitable<Errc> refusal(TaskRequest request) {
    const auto refused = co_await tasks().submit(kAnn, std::move(request));
    EXPECT_FALSE(refused);
    co_return refused ? Errc::kInternal : refused.error().code;
  }
  /// The changes of an agent's state, "from>to".
  awaitable<Rows> states(std::string agent) {
    EXPECT_TRUE(co_await workspace_->log().durable(workspace_->log().head()));
    Rows rows;
    for (const Event& event : co_await events()) {
      if (event.type != "agent_state_change") continue;
      if (*find_string(event.data, "agent") != agent) continue;
      rows.push_back(*find_string(event.data, "from") + ">" + *find_string(event.data, "to"));
    }
    co_return rows;
  }
  const queue::Task& task(const TaskId& id) const { return *workspace_->state().tasks.find(id); }
};

TEST_F(TaskServiceTest, DoesWhatItIsAskedAndLogsOnlyWhatHappened) {
  claude_->say("all done");
  play([](TaskServiceTest& test) -> awaitable<void> {
    const TaskId id = co_await test.submit("claude", "do it");
    co_await test.until_finished(id);
    EXPECT_EQ(test.state_of(id), TaskState::kSucceeded);
    EXPECT_EQ(test.task(id).result, "all done");
    EXPECT_EQ(co_await test.states("claude"),
              (Rows{"idle>loading", "loading>executing", "executing>idle"}));
    co_await test.until([&test] { return !test.tasks().busy(); });
    EXPECT_EQ(test.kimi_->asked.size(), 0u);
  }(*this));
}

TEST_F(TaskServiceTest, Refuses) {
  play([](TaskServiceTest& test) -> awaitable<void> {
    const Sequence head = test.workspace_->log().head();
    EXPECT_EQ(co_await test.refusal(ask("nobody")), Errc::kNotFound);
    EXPECT_EQ(co_await test.refusal(ask("")), Errc::kNotFound);
    EXPECT_EQ(co_await test.refusal(ask("claude", std::string(limits::kPromptBytesMax + 1, 'x'))),
              Errc::kLimit);
    TaskRequest depends = ask("claude");
    depends.depends_on = {TaskId("t_unknown")};
    EXPECT_EQ(co_await test.refusal(depends), Errc::kNotFound);
    TaskRequest many = ask("all");
    many.depends_on = {TaskId("t_unknown")};
    EXPECT_EQ(co_await test.refusal(many), Errc::kNotFound);
    for (const int priority : {-1, 10}) {
      TaskRequest odd = ask("claude");
      odd.priority = priority;
      EXPECT_EQ(co_await test.refusal(odd), Errc::kInvalid) << priority;
    }
    TaskService& tasks = test.tasks();
    EXPECT_FALSE(co_await tasks.cancel(TaskId("t_unknown"), kAnn));
    EXPECT_FALSE(co_await tasks.retry(TaskId("t_unknown"), kAnn));
    EXPECT_FALSE(co_await tasks.promote(TaskId("t_unknown"), kAnn));
    EXPECT_EQ(test.workspace_->log().head(), head);
    const TaskId done = co_await test.submit("claude", "do it");
    co_await test.until_finished(done);
    EXPECT_EQ((co_await tasks.cancel(done, kAnn)).error().code, Errc::kConflict);
    EXPECT_EQ((co_await tasks.retry(done, kAnn)).error().code, Errc::kConflict);
    EXPECT_EQ((co_await tasks.promote(done, kAnn)).error().code, Errc::kConflict);
  }(*this));
}

TEST_F(TaskServiceTest, AllIsEverybodyAndAutoIsWhoHasLeastToDo) {
  claude_->hold();
  play([](TaskServiceTest& test) -> awaitable<void> {
    (void)co_await test.submit("claude", "first");
    const TaskId least = co_await test.submit("auto", "second");
    EXPECT_EQ(test.task(least).agent, "kimi");
    const auto both = co_await test.tasks().submit(kAnn, ask("all"));
    EXPECT_TRUE(both && both->size() == 2);
    test.claude_->go_on();
    for (const TaskId& id : *both) co_await test.until_finished(id);
  }(*this));
}

TEST_F(TaskServiceTest, AnAgentDoesOneTaskAtATimeInOrder) {
  claude_->hold();
  play([](TaskServiceTest& test) -> awaitable<void> {
    std::vector<TaskId> ids;
    for (const char* prompt : {"first", "second", "third"}) {
      ids.push_back(co_await test.submit("claude", prompt));
    }
    EXPECT_TRUE(co_await test.tasks().promote(ids[2], kAnn));
    co_await test.until([&test] { return !test.claude_->asked.empty(); });
    EXPECT_EQ(test.state_of(ids[0]), TaskState::kRunning);
    EXPECT_EQ(test.state_of(ids[1]), TaskState::kQueued);
    test.claude_->go_on();
    for (const TaskId& id : ids) co_await test.until_finished(id);
    EXPECT_LT(*test.task(ids[2]).started_at, *test.task(ids[1]).started_at + Time::duration(1));
    std::vector<std::string> prompts;
    for (const auto& request : test.claude_->asked) {
      const auto& text = std::get<providers::TextBlock>(request.turns.at(0).blocks.at(0)).text;
      for (const char* name : {"first", "second", "third"}) {
        if (text.find(name) != std::string::npos) prompts.emplace_back(name);
      }
    }
    EXPECT_EQ(prompts, (Rows{"first", "third", "second"}));
  }(*this));
}

TEST_F(TaskServiceTest, CancelsWhatIsQueuedAndWhatRuns) {
  claude_->hold();
  play([](TaskServiceTest& test) -> awaitable<void> {
    const TaskId running = co_await test.submit("claude", "first");
    const TaskId queued = co_await test.submit("claude", "second");
    co_await test.until([&test] { return !test.claude_->asked.empty(); });
    EXPECT_TRUE(co_await test.tasks().cancel(queued, kAnn));
    EXPECT_EQ(test.state_of(queued), TaskState::kCancelled);
    EXPECT_TRUE(co_await test.tasks().cancel(running, kAnn));
    co_await test.until_finished(running);
    EXPECT_EQ(test.state_of(running), TaskState::kCancelled);
    EXPECT_EQ(test.claude_->asked.size(), 1u) << "the queued one was never begun";
    test.claude_->go_on();
    EXPECT_TRUE(co_await test.tasks().retry(running, kAnn));
    co_await test.until_finished(running);
    EXPECT_EQ(test.state_of(running), TaskState::kSucceeded);
  }(*this));
}

TEST_F(TaskServiceTest, ATaskWhoseDependencyFailsIsNotBegun) {
  claude_->fail("the vendor is down");
  play([](TaskServiceTest& test) -> awaitable<void> {
    test.kimi_->hold();
    const TaskId first = co_await test.submit("claude", "first");
    TaskRequest after = ask("kimi", "after");
    after.depends_on = {first};
    const auto second = co_await test.tasks().submit(kAnn, after);
    co_await test.until_finished(first);
    EXPECT_EQ(test.state_of(first), TaskState::kFailed);
    EXPECT_NE(test.task(first).error->message.find("the vendor is down"), std::string::npos);
    co_await test.until_finished(second->front());
    EXPECT_EQ(test.state_of(second->front()), TaskState::kFailed);
    EXPECT_TRUE(test.kimi_->asked.empty());
    EXPECT_EQ(test.workspace_->state().agents.state("claude"), lifecycle::AgentState::kIdle);
  }(*this));
}

TEST_F(TaskServiceTest, AnAgentThatBreaksDownIsRestartedAndTriesAgain) {
  claude_->break_down("out of memory");
  claude_->say("second time lucky");
  play([](TaskServiceTest& test) -> awaitable<void> {
    const TaskId id = co_await test.submit("claude", "do it");
    co_await test.until_finished(id);
    EXPECT_EQ(test.state_of(id), TaskState::kSucceeded);
    EXPECT_EQ(test.task(id).attempt, 2);
    EXPECT_EQ(co_await test.states("claude"),
              (Rows{"idle>loading", "loading>executing", "executing>failed", "failed>restarting",
                    "restarting>idle", "idle>loading", "loading>executing", "executing>idle"}));
  }(*this));
}

TEST_F(TaskServiceTest, AnAgentWaitsForALockAndSaysSo) {
  claude_->use("write_file", {{"path", "a.txt"}, {"text", "by claude"}});
  play([](TaskServiceTest& test) -> awaitable<void> {
    locks::Request request;
    request.path = "a.txt";
    request.holder = "user:ann";
    const auto held = co_await test.workspace_->locks().acquire(request, {}, nullptr);
    const TaskId id = co_await test.submit("claude", "write it");
    co_await test.until([&] { return test.state_of(id) == TaskState::kWaiting; });
    EXPECT_EQ(test.workspace_->state().agents.state("claude"), lifecycle::AgentState::kWaiting);
    EXPECT_TRUE(co_await test.workspace_->locks().release("a.txt", held->token, "user:ann"));
    co_await test.until_finished(id);
    EXPECT_EQ(test.state_of(id), TaskState::kSucceeded);
    EXPECT_TRUE(test.workspace_->state().locks.locks().empty());
    EXPECT_EQ(co_await test.states("claude"),
              (Rows{"idle>loading", "loading>executing", "executing>waiting", "waiting>executing",
                    "executing>idle"}));
  }(*this));
  EXPECT_EQ(on_disk("a.txt"), "by claude");
}

TEST_F(TaskServiceTest, CancellingATaskThatWaitsForALockEndsTheWait) {
  claude_->use("write_file", {{"path", "a.txt"}, {"text", "by claude"}});
  play([](TaskServiceTest& test) -> awaitable<void> {
    locks::Request request;
    request.path = "a.txt";
    request.holder = "user:ann";
    EXPECT_TRUE(co_await test.workspace_->locks().acquire(request, {}, nullptr));
    const TaskId id = co_await test.submit("claude", "write it");
    co_await test.until([&] { return test.state_of(id) == TaskState::kWaiting; });
    EXPECT_TRUE(co_await test.tasks().cancel(id, kAnn));
    co_await test.until_finished(id);
    EXPECT_EQ(test.state_of(id), TaskState::kCancelled);
    EXPECT_TRUE(test.workspace_->state().locks.waiters().empty());
  }(*this));
  EXPECT_EQ(on_disk("a.txt"), "(none)");
}

}  // namespace
}  // namespace coditect::workspace
