#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "base/image_limits.h"
#include "coordination/queue/steering_limits.h"
#include "coordination/queue/task_board.h"
#include "coordination/test_log.h"

namespace coditect::queue {
namespace {

using std::chrono::seconds;

const std::vector<std::string> kAgents{"claude"};
const TaskId kTask{"t_1"};

class TaskBoardPauseTest : public ::testing::Test {
 protected:
  TaskBoardPauseTest() { submit("t_1"); }

  void submit(std::string id, std::vector<TaskId> on = {}) {
    Submission made;
    made.id = TaskId{std::move(id)};
    made.agent = "claude";
    made.prompt = "do it";
    made.actor = "user:anna";
    made.depends_on = std::move(on);
    record(board.submit(made, kAgents));
  }
  void record(Result<EventDraft> draft) {
    ASSERT_TRUE(draft) << draft.error().message;
    log.record(board, *std::move(draft), now);
  }
  void start() {
    auto draft = board.start("claude");
    ASSERT_TRUE(draft);
    record(*std::move(draft));
  }
  const Task& task(const TaskId& id = kTask) { return *board.find(id); }
  std::string next() {
    const Task* first = board.next("claude");
    return first == nullptr ? "" : first->id.str();
  }
  Steering said(std::string id, std::string text = "look at the tests too") {
    return {std::move(id), "user:anna", std::move(text), {}};
  }
  Steering shown(std::string id, std::int64_t bytes) {
    Steering steering = said(std::move(id));
    steering.images = {{"h", "image/png", bytes, 1, 1}};
    return steering;
  }
  void heed(std::vector<std::string> ids) {
    json::array heeds;
    for (const std::string& id : ids) heeds.push_back(json::string(id));
    EventDraft turn{"conversation_turn", "agent:claude", {}, "t_1", {{"agent", "claude"}}};
    turn.data["heeds"] = std::move(heeds);
    record(std::move(turn));
  }
  void same_after_replay() {
    TaskBoard replayed;
    log.replay(replayed);
    EXPECT_EQ(coditect::testing::text_of(replayed), coditect::testing::text_of(board));
    const TaskBoard again = coditect::testing::restored(board);
    EXPECT_EQ(coditect::testing::text_of(again), coditect::testing::text_of(board));
  }

  TaskBoard board;
  coditect::testing::TestLog log;
  Time now{seconds{1'800'000'000}};
};

TEST_F(TaskBoardPauseTest, AQueuedTaskStandsStillAtOnceAndKeepsItsPlace) {
  submit("t_2");
  record(board.pause(kTask, "user:anna"));
  EXPECT_EQ(task().state, TaskState::kPaused);
  EXPECT_EQ(task().waits_for, "pause: paused by user:anna");
  EXPECT_EQ(next(), "t_2");
  EXPECT_FALSE(board.promote(kTask, "user:anna"));
  same_after_replay();
  record(board.resume(kTask, "user:bob"));
  EXPECT_EQ(log.events().back().data, parse_json(R"({"agent":"claude","for":"pause",
      "what":"resumed by user:bob","state":"queued"})")
                                          ->as_object());
  EXPECT_EQ(task().state, TaskState::kQueued);
  EXPECT_TRUE(task().waits_for.empty());
  EXPECT_EQ(task().attempt, 1) << "it was never begun";
  EXPECT_EQ(next(), "t_1");
}

TEST_F(TaskBoardPauseTest, ARunningTaskIsAskedAndGoesOnAsAnotherAttempt) {
  start();
  EXPECT_FALSE(board.stand_still(kTask)) << "nobody asked for it";
  record(board.pause(kTask, "user:anna"));
  EXPECT_EQ(log.events().back().type, "task_pause_requested");
  EXPECT_EQ(task().state, TaskState::kRunning);
  EXPECT_EQ(task().pause_requested_by, "user:anna");
  EXPECT_EQ(board.pause(kTask, "user:bob").error().code, Errc::kConflict);
  same_after_replay();
  record(board.stand_still(kTask));
  EXPECT_EQ(log.events().back().actor, "agent:claude");
  EXPECT_EQ(
      log.events().back().data,
      parse_json(R"({"agent":"claude","attempt":2,"what":"paused by user:anna"})")->as_object());
  EXPECT_EQ(task().state, TaskState::kPaused);
  EXPECT_FALSE(task().started_at);
  EXPECT_EQ(task().attempt - task().first_attempt, 0) << "a pause uses up no attempt";
  EXPECT_FALSE(board.start("claude"));
  record(board.resume(kTask, "user:anna"));
  start();
  record(board.finish(kTask, {}, now));
  EXPECT_EQ(task().state, TaskState::kSucceeded);
  same_after_replay();
}

TEST_F(TaskBoardPauseTest, WhatWasAskedIsTakenBackBeforeItStandsStill) {
  start();
  record(board.waiting(kTask, "lock", "a.txt"));
  record(board.pause(kTask, "user:anna"));
  record(board.resume(kTask, "user:anna"));
  EXPECT_EQ(find_string(log.events().back().data, "state"), "waiting");
  EXPECT_EQ(task().state, TaskState::kWaiting) << "it still waits for its lock";
  EXPECT_FALSE(board.stand_still(kTask));
  EXPECT_EQ(board.resume(kTask, "user:anna").error().code, Errc::kConflict);
  same_after_replay();
}

TEST_F(TaskBoardPauseTest, WhatEndsFirstIsNotPaused) {
  start();
  record(board.pause(kTask, "user:anna"));
  record(board.finish(kTask, {}, now));
  EXPECT_EQ(task().state, TaskState::kSucceeded);
  EXPECT_TRUE(task().pause_requested_by.empty());
  EXPECT_FALSE(board.pause(kTask, "user:anna"));
  EXPECT_FALSE(board.resume(kTask, "user:anna"));
}

TEST_F(TaskBoardPauseTest, ARestartOrABreakdownLetsItStandStill) {
  start();
  record(board.pause(kTask, "user:anna"));
  const auto broken = board.requeue(kTask, "it broke down", now);
  ASSERT_TRUE(broken);
  EXPECT_EQ(broken->type, "task_paused");
  const std::vector<EventDraft> drafts = board.recover(now);
  ASSERT_EQ(drafts.size(), 1u);
  EXPECT_EQ(drafts[0].type, "task_paused");
  record(drafts[0]);
  EXPECT_EQ(task().state, TaskState::kPaused);
  EXPECT_TRUE(board.recover(now).empty()) << "what stands still is not under way";
}

TEST_F(TaskBoardPauseTest, APausedTaskIsCancelledAtOnce) {
  record(board.pause(kTask, "user:anna"));
  record(board.cancel(kTask, "user:anna", now));
  EXPECT_EQ(task().state, TaskState::kCancelled);
  EXPECT_FALSE(board.start("claude"));
  same_after_replay();
}

TEST_F(TaskBoardPauseTest, ATaskThatIsBeingCancelledIsNotPaused) {
  start();
  record(board.cancel(kTask, "user:anna", now));
  EXPECT_EQ(board.pause(kTask, "user:anna").error().code, Errc::kConflict);
}

TEST_F(TaskBoardPauseTest, APausedTaskFailsWithItsDependencyOnceItIsResumed) {
  submit("t_2", {kTask});
  record(board.pause(TaskId{"t_2"}, "user:anna"));
  start();
  record(board.finish(kTask, {TaskState::kFailed, {}, invalid("no")}, now));
  EXPECT_FALSE(board.next_step(now));
  record(board.resume(TaskId{"t_2"}, "user:anna"));
  record(*board.next_step(now));
  EXPECT_EQ(task(TaskId{"t_2"}).state, TaskState::kFailed);
  same_after_replay();
}

TEST_F(TaskBoardPauseTest, WhatIsSaidStaysUntilATurnTakesItUp) {
  record(board.steer(kTask, said("m_1")));
  EXPECT_EQ(log.events().back().data, parse_json(R"({"id":"m_1","from":"user:anna","to":["claude"],
      "text":"look at the tests too","kind":"chat","steers":true})")
                                          ->as_object());
  start();
  record(board.steer(kTask, said("m_2")));
  ASSERT_EQ(task().steering.size(), 2u);
  EXPECT_EQ(task().steering[0].id, "m_1");
  same_after_replay();
  heed({"m_1"});
  ASSERT_EQ(task().steering.size(), 1u);
  EXPECT_EQ(task().steering[0].id, "m_2");
  heed({"m_2", "m_1"});
  EXPECT_TRUE(task().steering.empty());
  same_after_replay();
}

TEST_F(TaskBoardPauseTest, PicturesAreSaidTooAsLongAsOneTaskHasRoomForThem) {
  constexpr std::int64_t kHalf = limits::kTaskImageBytesMax / 2;
  record(board.steer(kTask, shown("m_1", kHalf)));
  EXPECT_EQ(task().steering[0].images, shown("m_1", kHalf).images);
  EXPECT_EQ(log.events().back().data.at("images").as_array().size(), 1u);
  same_after_replay();
  start();
  heed({"m_1"});
  EXPECT_EQ(board.steer(kTask, shown("m_2", kHalf + 1)).error().code, Errc::kLimit)
      << "what was heard goes with each call too";
  record(board.steer(kTask, shown("m_2", kHalf)));
  same_after_replay();
  record(board.finish(kTask, {TaskState::kFailed, {}, invalid("no")}, now));
  record(board.retry(kTask, "user:anna"));
  record(board.steer(kTask, shown("m_3", 2 * kHalf)));
  same_after_replay();
}

TEST_F(TaskBoardPauseTest, RefusesWhatCannotBeHeard) {
  EXPECT_EQ(board.steer(TaskId{"t_9"}, said("m_1")).error().code, Errc::kNotFound);
  EXPECT_EQ(board.steer(kTask, said("m_1", "")).error().code, Errc::kInvalid);
  const std::string long_text(limits::kSteeringBytesMax + 1, 'x');
  EXPECT_EQ(board.steer(kTask, said("m_1", long_text)).error().code, Errc::kLimit);
  for (std::size_t i = 0; i < limits::kSteeringUnheardMax; ++i) {
    record(board.steer(kTask, said("m_" + std::to_string(i))));
  }
  EXPECT_EQ(board.steer(kTask, said("m_x")).error().code, Errc::kLimit);
  record(board.cancel(kTask, "user:anna", now));
  EXPECT_EQ(board.steer(kTask, said("m_x")).error().code, Errc::kConflict);
}

}  // namespace
}  // namespace coditect::queue
