#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "coordination/queue/delegation_limits.h"
#include "coordination/queue/task_board.h"
#include "coordination/test_log.h"

namespace coditect::queue {
namespace {

const std::vector<std::string> kAgents{"claude", "gemini", "codex", "kimi"};

class TaskDelegationTest : public ::testing::Test {
 protected:
  Result<EventDraft> ask(std::string id, std::string agent, std::string parent = "") {
    Submission made;
    made.id = TaskId{std::move(id)};
    made.agent = std::move(agent);
    made.prompt = "do it";
    made.actor = "user:anna";
    if (!parent.empty()) made.parent = TaskId{std::move(parent)};
    return board.submit(made, kAgents);
  }
  void submit(std::string id, std::string agent, std::string parent = "") {
    record(ask(std::move(id), std::move(agent), std::move(parent)));
  }
  void record(Result<EventDraft> draft) {
    ASSERT_TRUE(draft) << draft.error().message;
    log.record(board, *std::move(draft), now);
  }
  void start(std::string_view agent) { record(*board.start(agent)); }
  void call_ends(const std::string& task) {
    json::object data{{"tool", "delegate_task"}, {"phase", "finished"}};
    record(EventDraft{"tool_call", "agent:claude", {}, task, std::move(data)});
  }
  void settle() {
    while (auto draft = board.next_step(now)) record(*std::move(draft));
  }
  TaskState state(const std::string& id) { return board.find(TaskId{id})->state; }

  TaskBoard board;
  coditect::testing::TestLog log;
  Time now{std::chrono::seconds{1'800'000'000}};
};

TEST_F(TaskDelegationTest, IsLimitedInDepthAndNumber) {
  submit("t_0", "claude");
  submit("t_1", "gemini", "t_0");
  submit("t_2", "codex", "t_1");
  submit("t_3", "kimi", "t_2");
  const auto deeper = ask("t_4", "claude", "t_3");
  EXPECT_EQ(deeper.error().code, Errc::kLimit);
  EXPECT_FALSE(deeper.error().hint.empty());
  for (std::size_t i = 1; i < limits::kDelegatedTasksMax; ++i) {
    submit("more_" + std::to_string(i), "kimi", "t_0");
  }
  EXPECT_EQ(ask("t_5", "kimi", "t_0").error().code, Errc::kLimit);
  EXPECT_EQ(ask("t_6", "kimi", "t_unknown").error().code, Errc::kNotFound);
}

TEST_F(TaskDelegationTest, AnInterruptedCallFindsItsTasksUntilItHasEnded) {
  submit("t_0", "claude");
  submit("t_1", "gemini", "t_0");
  submit("t_2", "kimi", "t_0");
  const TaskId parent{"t_0"};
  EXPECT_EQ(board.untold(parent, "do it").size(), 2u);
  EXPECT_TRUE(board.untold(parent, "something else").empty());
  EXPECT_EQ(coditect::testing::restored(board).untold(parent, "do it").size(), 2u);
  call_ends("t_0");
  EXPECT_TRUE(board.untold(parent, "do it").empty());
  EXPECT_TRUE(coditect::testing::restored(board).untold(parent, "do it").empty());
  submit("t_3", "kimi", "t_0");
  EXPECT_EQ(board.untold(parent, "do it"), std::vector{TaskId{"t_3"}});
}

TEST_F(TaskDelegationTest, CancelsWhatWasDelegatedAllTheWayDown) {
  submit("t_0", "claude");
  start("claude");
  submit("t_1", "gemini", "t_0");
  start("gemini");
  submit("t_2", "codex", "t_1");
  submit("t_3", "kimi", "t_0");
  start("kimi");
  record(board.finish(TaskId{"t_3"}, {}, now));
  record(board.cancel(TaskId{"t_0"}, "user:anna", now));
  // A crash comes before the next step: the log says it all the same.
  TaskBoard again;
  log.replay(again);
  while (auto draft = again.next_step(now)) log.record(again, *std::move(draft), now);
  EXPECT_TRUE(again.find(TaskId{"t_1"})->cancel_requested);
  EXPECT_EQ(again.find(TaskId{"t_2"})->state, TaskState::kCancelled);
  EXPECT_EQ(again.find(TaskId{"t_3"})->state, TaskState::kSucceeded);
  for (EventDraft& draft : again.recover(now)) log.record(again, std::move(draft), now);
  EXPECT_EQ(again.find(TaskId{"t_0"})->state, TaskState::kCancelled);
  EXPECT_EQ(again.find(TaskId{"t_1"})->state, TaskState::kCancelled);
  EXPECT_FALSE(again.next_step(now));
}

TEST_F(TaskDelegationTest, APersonMayRetryWhatWasCancelledWithItsParent) {
  submit("t_0", "claude");
  submit("t_1", "gemini", "t_0");
  record(board.cancel(TaskId{"t_0"}, "user:anna", now));
  settle();
  EXPECT_EQ(state("t_1"), TaskState::kCancelled);
  record(board.retry(TaskId{"t_1"}, "user:anna"));
  settle();
  EXPECT_EQ(state("t_1"), TaskState::kQueued);
}

TEST_F(TaskDelegationTest, KnowsWhoWaitsForWhom) {
  submit("a", "claude");
  start("claude");
  submit("b", "gemini");
  start("gemini");
  EXPECT_FALSE(board.waits_for("claude", "gemini"));
  submit("c", "gemini", "a");
  EXPECT_TRUE(board.waits_for("claude", "gemini"));
  EXPECT_FALSE(board.waits_for("gemini", "claude"));
  submit("d", "kimi", "b");
  EXPECT_TRUE(board.waits_for("claude", "kimi")) << "through gemini";
  call_ends("b");
  EXPECT_FALSE(board.waits_for("claude", "kimi")) << "gemini has its answer";
  record(board.cancel(TaskId{"c"}, "user:anna", now));
  EXPECT_FALSE(board.waits_for("claude", "gemini"));
}

TEST_F(TaskDelegationTest, KnowsItThroughATaskThatStandsStill) {
  submit("a", "claude");
  start("claude");
  submit("b", "gemini", "a");
  start("gemini");
  submit("c", "kimi", "b");
  start("kimi");
  record(board.pause(TaskId{"b"}, "user:anna"));
  record(board.stand_still(TaskId{"b"}));
  EXPECT_TRUE(board.waits_for("claude", "kimi"));
  record(board.resume(TaskId{"b"}, "user:anna"));
  EXPECT_TRUE(board.waits_for("claude", "kimi")) << "it is not begun before c has ended";
}

TEST_F(TaskDelegationTest, WhatWasInterruptedBeginsAfterItsChildren) {
  submit("t_0", "claude");
  start("claude");
  submit("t_1", "gemini", "t_0");
  start("gemini");
  submit("t_2", "claude", "t_1");
  for (EventDraft& draft : board.recover(now)) record(std::move(draft));
  const TaskBoard again = coditect::testing::restored(board);
  EXPECT_EQ(again.next("gemini"), nullptr);
  ASSERT_NE(board.next("claude"), nullptr);
  EXPECT_EQ(board.next("claude")->id.str(), "t_2") << "t_0 would take claude from it for ever";
  EXPECT_EQ(again.next("claude")->id.str(), "t_2");
  start("claude");
  record(board.finish(TaskId{"t_2"}, {}, now));
  EXPECT_EQ(board.next("claude"), nullptr);
  EXPECT_EQ(board.next("gemini")->id.str(), "t_1");
  start("gemini");
  record(board.finish(TaskId{"t_1"}, {TaskState::kFailed, {}, invalid("no")}, now));
  EXPECT_EQ(board.next("claude")->id.str(), "t_0");
}

TEST_F(TaskDelegationTest, ATaskThatBeginsAnewDelegatesAnew) {
  submit("t_0", "claude");
  start("claude");
  submit("t_1", "gemini", "t_0");
  record(board.cancel(TaskId{"t_0"}, "user:anna", now));
  settle();
  for (EventDraft& draft : board.recover(now)) record(std::move(draft));
  record(board.retry(TaskId{"t_0"}, "user:anna"));
  EXPECT_TRUE(board.untold(TaskId{"t_0"}, "do it").empty());
}

/// A number in [0, beyond), whatever size the test case has.
std::size_t any(std::size_t beyond) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<std::size_t>(0, beyond));
}

/// Agents that give one another work whenever they may, and wait for it, among restarts and pauses.
class Agents {
 public:
  void submit(const std::string& agent, std::optional<TaskId> parent) {
    Submission made;
    made.id = TaskId{"t_" + std::to_string(count_++)};
    made.agent = agent;
    made.prompt = "x";
    made.actor = "user:anna";
    made.parent = std::move(parent);
    auto draft = board_.submit(made, kAgents);
    if (draft) record(*std::move(draft));
  }
  bool over() const {
    return std::ranges::all_of(board_.tasks(),
                               [](const auto& each) { return is_finished(each.second.state); });
  }
  void act() {
    if (any(4) == 0) resume_all();
    if (any(12) == 0) {
      for (EventDraft& draft : board_.recover(kNow)) record(std::move(draft));
    }
    for (const std::string& agent : kAgents) {
      if (active([&](const Task& task) { return task.agent == agent; }).empty()) start(agent);
    }
    if (over()) return;
    const std::vector<Task> free = active([this](const Task& task) { return !waits(task); });
    if (free.empty() && resume_all()) return;
    RC_ASSERT(!free.empty());
    if (any(8) == 0) {
      const std::vector<Task> all = active([](const Task&) { return true; });
      const TaskId id = all[any(all.size())].id;
      record(*board_.pause(id, "user:anna"));
      record(*board_.stand_still(id));
      return;
    }
    go_on(free[any(free.size())]);
  }

 private:
  static constexpr Time kNow{std::chrono::seconds{1'800'000'000}};

  void record(EventDraft draft) { log_.record(board_, std::move(draft), kNow); }
  void start(const std::string& agent) {
    if (auto draft = board_.start(agent)) record(*std::move(draft));
  }
  template <class Fits>
  std::vector<Task> active(Fits fits) const {
    std::vector<Task> found;
    for (const auto& [id, task] : board_.tasks()) {
      if (is_active(task.state) && fits(task)) found.push_back(task);
    }
    return found;
  }
  bool waits(const Task& task) const {
    return std::ranges::any_of(board_.tasks(), [&](const auto& each) {
      const Task& child = each.second;
      return child.parent == task.id && !child.told && !is_finished(child.state);
    });
  }
  bool resume_all() {
    std::vector<TaskId> paused;
    for (const auto& [id, task] : board_.tasks()) {
      if (task.state == TaskState::kPaused) paused.push_back(id);
    }
    for (const TaskId& id : paused) record(*board_.resume(id, "user:anna"));
    return !paused.empty();
  }
  /// What the task waited for has ended; it delegates again, or ends.
  void go_on(const Task& task) {
    json::object ended{{"tool", "delegate_task"}, {"phase", "finished"}};
    record({"tool_call", "agent:" + task.agent, {}, task.id.str(), std::move(ended)});
    const std::string& other = kAgents[any(4)];
    const bool may = other != task.agent && !board_.waits_for(other, task.agent);
    if (may && any(3) > 0 && count_ < 60) {
      submit(other, task.id);
    } else {
      record(*board_.finish(task.id, {}, kNow));
    }
  }

  TaskBoard board_;
  coditect::testing::TestLog log_;
  int count_ = 0;
};

RC_GTEST_PROP(TaskDelegationProperty, NobodyWaitsInACircle, ()) {
  constexpr int kStepsMax = 2'000;
  Agents agents;
  for (std::size_t i = 0; i < 4 + any(8); ++i) agents.submit(kAgents[any(4)], std::nullopt);
  for (int step = 0; step < kStepsMax && !agents.over(); ++step) agents.act();
  RC_ASSERT(agents.over());
}

}  // namespace
}  // namespace coditect::queue
