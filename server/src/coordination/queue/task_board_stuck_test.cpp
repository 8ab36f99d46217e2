#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "coordination/queue/task_board.h"
#include "coordination/test_log.h"

namespace coditect::queue {
namespace {

const std::vector<std::string> kAgents{"claude"};
const TaskId kTask{"t_1"};
constexpr std::chrono::minutes kSilent{20};

class TaskBoardStuckTest : public ::testing::Test {
 protected:
  TaskBoardStuckTest() {
    Submission made;
    made.id = kTask;
    made.agent = "claude";
    made.prompt = "do it";
    made.actor = "user:anna";
    record(board.submit(made, kAgents));
    start();
  }
  void record(Result<EventDraft> draft) {
    ASSERT_TRUE(draft) << draft.error().message;
    log.record(board, *std::move(draft), now);
  }
  void start() { record(*board.start("claude")); }
  /// It is cut off; what its log says of that, and what becomes of it.
  std::string stuck() {
    record(board.stuck(kTask, kSilent, "a call of the model"));
    const std::string step = find_string(log.events().back().data, "step").value_or("");
    record(board.after_stuck(kTask, "a call of the model", now));
    return step + " " + log.events().back().type;
  }
  void answers() {
    json::object turn{{"agent", "claude"}, {"stop", "end_turn"}};
    record(EventDraft{"conversation_turn", "agent:claude", {}, "t_1", std::move(turn)});
  }

  TaskBoard board;
  coditect::testing::TestLog log;
  Time now{std::chrono::seconds{1'800'000'000}};
};

TEST_F(TaskBoardStuckTest, ItGoesOnOnceAndFailsTheSecondTimeInARow) {
  EXPECT_EQ(stuck(), "cut_off task_requeued");
  start();
  EXPECT_EQ(coditect::testing::restored(board).find(kTask)->stuck, 1);
  EXPECT_EQ(stuck(), "failed task_finished");
  const Task& task = *board.find(kTask);
  EXPECT_EQ(task.state, TaskState::kFailed);
  EXPECT_EQ(task.error->kind, "unavailable");
  EXPECT_NE(task.error->message.find("a call of the model, 2 times"), std::string::npos);
  EXPECT_FALSE(task.error->hint.empty());
  record(board.retry(kTask, "user:anna"));
  start();
  EXPECT_EQ(stuck(), "cut_off task_requeued") << "a person's retry begins anew";
}

TEST_F(TaskBoardStuckTest, AnAnswerBetweenMakesItTheFirstTimeAgain) {
  EXPECT_EQ(stuck(), "cut_off task_requeued");
  start();
  answers();
  EXPECT_EQ(stuck(), "cut_off task_requeued");
  start();
  answers();
  EXPECT_EQ(stuck(), "cut_off task_finished") << "attempts are limited all the same";
}

TEST_F(TaskBoardStuckTest, ACancelOrAPauseIsMore) {
  record(board.stuck(kTask, kSilent, "run_command"));
  EXPECT_EQ(find_int(log.events().back().data, "silent_ms"), 1'200'000);
  record(board.pause(kTask, "user:anna"));
  EXPECT_EQ(board.after_stuck(kTask, "run_command", now)->type, "task_paused");
  record(board.cancel(kTask, "user:anna", now));
  EXPECT_EQ(find_string(board.after_stuck(kTask, "run_command", now)->data, "state"), "cancelled");
}

TEST_F(TaskBoardStuckTest, OnlyATaskUnderWayIsStuck) {
  record(board.finish(kTask, {}, now));
  EXPECT_FALSE(board.stuck(kTask, kSilent, "run_command"));
  EXPECT_FALSE(board.after_stuck(kTask, "run_command", now));
}

}  // namespace
}  // namespace coditect::queue
