#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "coordination/queue/task_board.h"
#include "coordination/test_log.h"

namespace coditect::queue {
namespace {

using std::chrono::seconds;

const std::vector<std::string> kAgents{"claude", "gemini"};

class TaskMoveTest : public ::testing::Test {
 protected:
  void submit(std::string id, std::string agent = "claude", int priority = kPriorityDefault) {
    Submission made;
    made.id = TaskId{std::move(id)};
    made.agent = std::move(agent);
    made.prompt = "do it";
    made.priority = priority;
    made.actor = "user:anna";
    made.parent = parent;
    record(board.submit(made, kAgents));
  }
  void record(Result<EventDraft> draft) {
    ASSERT_TRUE(draft) << draft.error().message;
    log.record(board, *std::move(draft), now);
  }
  Result<EventDraft> move(std::string id, Move wanted) {
    return board.move(TaskId{std::move(id)}, wanted, "user:anna", kAgents);
  }
  Errc refusal(std::string id, Move wanted) {
    const auto draft = move(std::move(id), std::move(wanted));
    EXPECT_FALSE(draft) << "was not refused";
    return draft ? Errc::kInternal : draft.error().code;
  }
  static Move before(std::string id) { return {TaskId{std::move(id)}, {}, {}}; }
  static Move to(std::string agent) { return {{}, std::move(agent), {}}; }
  static Move as(int priority) { return {{}, {}, priority}; }
  /// The agent's tasks in the order in which it would do them, each ended as it is begun.
  std::string order(const char* agent = "claude") {
    TaskBoard copy = coditect::testing::restored(board);
    coditect::testing::TestLog scratch;
    std::string ids;
    while (auto draft = copy.start(agent)) {
      ids += (ids.empty() ? "" : " ") + draft->task;
      const TaskId id{draft->task};
      scratch.record(copy, *std::move(draft), now);
      scratch.record(copy, *copy.finish(id, {}, now), now);
    }
    return ids;
  }
  void start(const char* agent = "claude") {
    auto draft = board.start(agent);
    ASSERT_TRUE(draft);
    record(*std::move(draft));
  }

  TaskBoard board;
  coditect::testing::TestLog log;
  std::optional<TaskId> parent;
  Time now{seconds{1'800'000'000}};
};

TEST_F(TaskMoveTest, BeforeAnother) {
  for (const char* id : {"a", "b", "c", "d"}) submit(id);
  record(move("d", before("b")));
  EXPECT_EQ(order(), "a d b c");
  record(move("a", before("c")));
  EXPECT_EQ(order(), "d b a c");
  record(move("c", before("d")));
  EXPECT_EQ(order(), "c d b a");
  EXPECT_EQ(log.events().back().type, "task_moved");
  EXPECT_EQ(log.events().back().data.at("before").as_string(), "d");
}

TEST_F(TaskMoveTest, TakesThePriorityAndTheAgentOfTheOther) {
  submit("high", "gemini", 9);
  submit("a");
  record(move("a", before("high")));
  EXPECT_EQ(order("gemini"), "a high");
  EXPECT_EQ(order("claude"), "");
  const Task& moved = *board.find(TaskId{"a"});
  EXPECT_EQ(moved.priority, 9);
  EXPECT_EQ(moved.agent, "gemini");
  EXPECT_EQ(log.events().back().data.at("from").as_string(), "claude");
}

TEST_F(TaskMoveTest, ToAnotherAgentOrPriorityItIsLastOfItsKind) {
  submit("g1", "gemini");
  submit("a");
  submit("b");
  record(move("a", to("gemini")));
  submit("g2", "gemini");
  EXPECT_EQ(order("gemini"), "g1 a g2");
  record(move("g1", as(5)));
  EXPECT_EQ(order("gemini"), "a g2 g1");
  record(move("g2", as(0)));
  EXPECT_EQ(order("gemini"), "a g1 g2");
}

TEST_F(TaskMoveTest, WhatComesLaterGoesBehindAndWhatIsPromotedBefore) {
  for (const char* id : {"a", "b"}) submit(id, "claude", 9);
  record(move("b", before("a")));
  submit("c", "claude", 9);
  EXPECT_EQ(order(), "b a c");
  record(board.promote(TaskId{"c"}, "user:anna"));
  EXPECT_EQ(order(), "c b a");
  record(move("a", before("c")));
  record(board.promote(TaskId{"b"}, "user:anna"));
  EXPECT_EQ(order(), "b a c");
}

TEST_F(TaskMoveTest, KeepsItsPlaceWhenItIsQueuedAgain) {
  for (const char* id : {"a", "b", "c"}) submit(id);
  record(move("c", before("b")));
  start();
  start();
  EXPECT_EQ(log.events().back().task, "c");
  record(move("b", as(5)));
  submit("d");
  record(board.requeue(TaskId{"c"}, "crash", now));
  EXPECT_EQ(order(), "c b d");
}

TEST_F(TaskMoveTest, APausedTaskCanBeMoved) {
  for (const char* id : {"a", "b"}) submit(id);
  record(board.pause(TaskId{"b"}, "user:anna"));
  record(move("b", before("a")));
  EXPECT_EQ(board.find(TaskId{"b"})->state, TaskState::kPaused);
  record(board.resume(TaskId{"b"}, "user:anna"));
  EXPECT_EQ(order(), "b a");
}

TEST_F(TaskMoveTest, Refusals) {
  submit("runs", "claude", 9);
  submit("a");
  submit("b");
  submit("g", "gemini");
  start();
  EXPECT_EQ(refusal("none", to("gemini")), Errc::kNotFound);
  EXPECT_EQ(refusal("a", to("nobody")), Errc::kNotFound);
  EXPECT_EQ(refusal("a", before("none")), Errc::kNotFound);
  EXPECT_EQ(refusal("a", {}), Errc::kInvalid);
  EXPECT_EQ(refusal("a", before("a")), Errc::kInvalid);
  EXPECT_EQ(refusal("a", as(10)), Errc::kInvalid);
  EXPECT_EQ(refusal("a", as(-1)), Errc::kInvalid);
  EXPECT_EQ(refusal("a", {TaskId{"g"}, "claude", {}}), Errc::kInvalid);
  EXPECT_EQ(refusal("a", {TaskId{"b"}, {}, 9}), Errc::kInvalid);
  EXPECT_EQ(refusal("runs", as(1)), Errc::kConflict);
  EXPECT_EQ(refusal("a", before("runs")), Errc::kConflict);
}

TEST_F(TaskMoveTest, WhatHasBegunOrIsWaitedForStaysWithItsAgent) {
  submit("begun");
  start();
  record(board.requeue(TaskId{"begun"}, "crash", now));
  EXPECT_EQ(refusal("begun", to("gemini")), Errc::kConflict);
  record(move("begun", as(9)));
  submit("asks", "gemini");
  start("gemini");
  parent = TaskId{"asks"};
  submit("child");
  EXPECT_EQ(refusal("child", to("gemini")), Errc::kConflict);
  record(move("child", before("begun")));
  EXPECT_EQ(order(), "child begun");
}

TEST_F(TaskMoveTest, ReplayAndRestoreGiveTheSameOrder) {
  for (const char* id : {"a", "b", "c", "d"}) submit(id);
  record(move("d", before("b")));
  record(move("c", before("d")));
  TaskBoard replayed;
  log.replay(replayed);
  EXPECT_EQ(coditect::testing::text_of(replayed), coditect::testing::text_of(board));
  board = coditect::testing::restored(board);
  EXPECT_EQ(order(), "a c d b");
}

}  // namespace
}  // namespace coditect::queue
