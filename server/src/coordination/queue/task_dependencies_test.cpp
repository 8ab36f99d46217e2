#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "coordination/queue/task_board.h"
#include "coordination/test_log.h"

namespace coditect::queue {
namespace {

const std::vector<std::string> kAgents{"claude", "gemini"};

class TaskDependenciesTest : public ::testing::Test {
 protected:
  static std::vector<TaskId> ids(const std::vector<std::string>& names) {
    return {names.begin(), names.end()};
  }
  void submit(std::string id, const std::vector<std::string>& depends_on = {},
              std::string agent = "claude") {
    Submission made;
    made.id = TaskId{std::move(id)};
    made.agent = std::move(agent);
    made.prompt = "do it";
    made.depends_on = ids(depends_on);
    made.parent = parent;
    made.actor = "user:anna";
    record(board.submit(made, kAgents));
  }
  void record(Result<EventDraft> draft) {
    ASSERT_TRUE(draft) << draft.error().message;
    log.record(board, *std::move(draft), now);
    while (auto step = board.next_step(now)) log.record(board, *std::move(step), now);
  }
  Result<EventDraft> depend(const std::string& id, const std::vector<std::string>& on) const {
    return board.depend(TaskId{id}, ids(on), "user:anna");
  }
  Errc refusal(const std::string& id, const std::vector<std::string>& on) const {
    const auto draft = depend(id, on);
    EXPECT_FALSE(draft) << "was not refused";
    return draft ? Errc::kInternal : draft.error().code;
  }
  void start(const char* agent = "claude") {
    auto draft = board.start(agent);
    ASSERT_TRUE(draft);
    record(*std::move(draft));
  }
  void end(const std::string& id, TaskState state = TaskState::kSucceeded) {
    Outcome outcome{state, {}, {}};
    if (state == TaskState::kFailed) outcome.error = Error{Errc::kInternal, "no", {}};
    record(board.finish(TaskId{id}, outcome, now));
  }
  std::string next(const char* agent = "claude") const {
    const Task* task = board.next(agent);
    return task == nullptr ? "" : task->id.str();
  }
  TaskState state(const std::string& id) const { return board.find(TaskId{id})->state; }

  TaskBoard board;
  coditect::testing::TestLog log;
  Time now{};
  std::optional<TaskId> parent;
};

TEST_F(TaskDependenciesTest, ATaskWaitsForWhatIsNamedLater) {
  submit("a");
  submit("b", {}, "gemini");
  record(depend("a", {"b", "b"}));
  EXPECT_EQ(board.find(TaskId{"a"})->depends_on, ids({"b"}));
  EXPECT_EQ(next(), "");
  board = coditect::testing::restored(board);
  start("gemini");
  end("b");
  EXPECT_EQ(next(), "a");
}

TEST_F(TaskDependenciesTest, ATaskNoLongerWaitsForWhatIsTakenAway) {
  submit("b", {}, "gemini");
  submit("a", {"b"});
  submit("c", {"b"});
  record(depend("a", {}));
  EXPECT_EQ(next(), "a");
  start("gemini");
  end("b", TaskState::kFailed);
  EXPECT_EQ(state("a"), TaskState::kQueued);
  EXPECT_EQ(state("c"), TaskState::kFailed);
}

TEST_F(TaskDependenciesTest, WhatFailedForAnotherMayBeginWithoutIt) {
  submit("b", {}, "gemini");
  submit("a", {"b"});
  record(board.cancel(TaskId{"b"}, "user:anna", now));
  EXPECT_EQ(state("a"), TaskState::kFailed);
  record(depend("a", {}));
  record(board.retry(TaskId{"a"}, "user:anna"));
  EXPECT_EQ(next(), "a");
}

TEST_F(TaskDependenciesTest, APausedTaskWaitsOnceItGoesOn) {
  submit("a");
  submit("b", {}, "gemini");
  start();
  record(board.pause(TaskId{"a"}, "user:anna"));
  record(board.stand_still(TaskId{"a"}));
  record(depend("a", {"b"}));
  record(board.resume(TaskId{"a"}, "user:anna"));
  EXPECT_EQ(next(), "");
  start("gemini");
  end("b");
  EXPECT_EQ(next(), "a");
}

TEST_F(TaskDependenciesTest, WhatMakesNoSenseIsRefused) {
  submit("a");
  submit("b", {"a"});
  submit("c", {"b"}, "gemini");
  EXPECT_EQ(refusal("a", {"a"}), Errc::kInvalid);
  EXPECT_EQ(refusal("a", {"b"}), Errc::kConflict);
  EXPECT_EQ(refusal("a", {"c"}), Errc::kConflict) << "through another one";
  EXPECT_EQ(refusal("a", {"none"}), Errc::kNotFound);
  EXPECT_EQ(refusal("none", {}), Errc::kNotFound);
  EXPECT_EQ(refusal("a", std::vector<std::string>(limits::kTaskDependenciesMax + 1, "c")),
            Errc::kLimit);
  submit("failed", {}, "gemini");
  record(board.cancel(TaskId{"failed"}, "user:anna", now));
  EXPECT_EQ(refusal("a", {"failed"}), Errc::kConflict);
  start();
  EXPECT_EQ(refusal("a", {}), Errc::kConflict) << "it runs";
  parent = TaskId{"a"};
  submit("child", {}, "gemini");
  EXPECT_EQ(refusal("child", {}), Errc::kConflict) << "somebody waits for it";
  end("a");
  EXPECT_EQ(refusal("a", {}), Errc::kConflict) << "it is over";
}

/// Whatever is named, every task comes to its end: nothing waits for itself.
TEST_F(TaskDependenciesTest, NoRingIsEverMade) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  const auto below = [&random](std::size_t end) { return std::size_t{random()} % end; };
  constexpr std::size_t kTasks = 12;
  for (int round = 0; round < 50; ++round) {
    board = {};
    log = {};
    for (std::size_t i = 0; i < kTasks; ++i) submit("t" + std::to_string(i), {}, kAgents[below(2)]);
    for (int i = 0; i < 60; ++i) {
      std::vector<std::string> on;
      for (std::size_t n = below(4); n > 0; --n) on.push_back("t" + std::to_string(below(kTasks)));
      auto draft = depend("t" + std::to_string(below(kTasks)), on);
      if (draft) record(std::move(draft));
      if (i % 20 == 0) board = coditect::testing::restored(board);
    }
    std::set<std::string> done;
    for (bool more = true; more;) {
      more = false;
      for (const std::string& agent : kAgents) {
        const Task* task = board.next(agent);
        if (task == nullptr) continue;
        const std::string id = task->id.str();
        for (const TaskId& on : task->depends_on) EXPECT_TRUE(done.contains(on.str()));
        start(agent.c_str());
        end(id);
        done.insert(id);
        more = true;
      }
    }
    ASSERT_EQ(done.size(), kTasks);
  }
}

}  // namespace
}  // namespace coditect::queue
