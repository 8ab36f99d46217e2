#include "coordination/queue/task_board.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "coordination/test_log.h"

namespace coditect::queue {
namespace {

using std::chrono::seconds;

const std::vector<std::string> kAgents{"claude", "gemini"};

class TaskBoardTest : public ::testing::Test {
 protected:
  Submission submission(std::string id, std::string agent = "claude") {
    Submission made;
    made.id = TaskId{std::move(id)};
    made.agent = std::move(agent);
    made.prompt = "do it";
    made.actor = "user:anna";
    made.session = "s_1";
    return made;
  }
  void record(Result<EventDraft> draft) {
    ASSERT_TRUE(draft) << draft.error().message;
    log.record(board, *std::move(draft), now);
  }
  void submit(std::string id, int priority = kPriorityDefault, std::vector<TaskId> on = {}) {
    Submission made = submission(std::move(id));
    made.priority = priority;
    made.depends_on = std::move(on);
    record(board.submit(made, kAgents));
  }
  void start(std::string_view expected) {
    auto draft = board.start("claude");
    ASSERT_TRUE(draft);
    ASSERT_EQ(draft->task, expected);
    record(*std::move(draft));
  }
  void finish(std::string_view id, TaskState state) {
    Outcome outcome;
    outcome.state = state;
    if (state == TaskState::kFailed) outcome.error = invalid("broken", "mend it");
    record(board.finish(TaskId{std::string(id)}, outcome, now));
  }
  void settle() {
    while (auto draft = board.next_step(now)) record(*std::move(draft));
  }
  const Task& task(std::string_view id) { return *board.find(TaskId{std::string(id)}); }
  std::string next() {
    const Task* first = board.next("claude");
    return first == nullptr ? "" : first->id.str();
  }

  TaskBoard board;
  coditect::testing::TestLog log;
  Time now{seconds{1'800'000'000}};
};

TEST_F(TaskBoardTest, RecordsWhatTheEventPageSays) {
  submit("t_0");
  Submission made = submission("t_1");
  made.depends_on = {TaskId{"t_0"}, TaskId{"t_0"}};
  made.budget_usd = 2.5;
  made.parent = TaskId{"t_0"};
  record(board.submit(made, kAgents));
  const Event& event = log.events().back();
  EXPECT_EQ(event.task, "t_1");
  EXPECT_EQ(event.actor, "user:anna");
  EXPECT_EQ(event.session, "s_1");
  EXPECT_EQ(event.data, parse_json(R"({"agent":"claude","prompt":"do it","priority":5,
      "depends_on":["t_0"],"budget_usd":2.5,"parent":"t_0","attempt":1})")
                            ->as_object());
  start("t_0");
  now += std::chrono::milliseconds{1500};
  finish("t_0", TaskState::kFailed);
  EXPECT_EQ(log.events().back().data,
            parse_json(R"({"agent":"claude","state":"failed","elapsed_ms":1500,
      "error":{"kind":"invalid","message":"broken","hint":"mend it"}})")
                ->as_object());
}

TEST_F(TaskBoardTest, RefusesSubmissions) {
  submit("t_0");
  const auto refusal = [&](auto change) {
    Submission made = submission("t_1");
    change(made);
    const auto draft = board.submit(made, kAgents);
    return draft.ok() ? std::string() : std::string(to_string(draft.error().code));
  };
  EXPECT_EQ(refusal([](Submission& s) { s.id = TaskId{}; }), "invalid");
  EXPECT_EQ(refusal([](Submission& s) { s.id = TaskId{"t_0"}; }), "conflict");
  EXPECT_EQ(refusal([](Submission& s) { s.agent = "nobody"; }), "not_found");
  EXPECT_EQ(refusal([](Submission& s) { s.prompt = ""; }), "invalid");
  EXPECT_EQ(refusal([](Submission& s) { s.prompt.assign(limits::kPromptBytesMax + 1, 'x'); }),
            "limit");
  EXPECT_EQ(refusal([](Submission& s) { s.priority = -1; }), "invalid");
  EXPECT_EQ(refusal([](Submission& s) { s.priority = 10; }), "invalid");
  EXPECT_EQ(refusal([](Submission& s) { s.budget_usd = 0; }), "invalid");
  EXPECT_EQ(refusal([](Submission& s) { s.budget_usd = std::numeric_limits<double>::quiet_NaN(); }),
            "invalid");
  EXPECT_EQ(refusal([](Submission& s) { s.depends_on = {TaskId{"t_9"}}; }), "not_found");
  EXPECT_EQ(refusal([](Submission& s) { s.depends_on = {TaskId{"t_1"}}; }), "invalid");
  EXPECT_EQ(refusal([](Submission& s) {
              s.depends_on.assign(limits::kTaskDependenciesMax + 1, TaskId{"t_0"});
            }),
            "limit");
  EXPECT_EQ(refusal([](Submission&) {}), "");
}

TEST_F(TaskBoardTest, HighPriorityFirstThenInOrder) {
  submit("low", 0);
  submit("usual1");
  submit("high", 9);
  submit("usual2");
  for (const char* id : {"high", "usual1", "usual2", "low"}) start(id);
  EXPECT_FALSE(board.start("claude"));
  EXPECT_FALSE(board.start("nobody"));
}

TEST_F(TaskBoardTest, APromotedTaskIsFirst) {
  submit("nine", 9);
  submit("a", 0);
  submit("b", 0);
  record(board.promote(TaskId{"a"}, "user:anna"));
  EXPECT_EQ(next(), "a");
  EXPECT_EQ(task("a").priority, 9);
  record(board.promote(TaskId{"b"}, "user:anna"));
  for (const char* id : {"b", "a", "nine"}) start(id);
}

TEST_F(TaskBoardTest, ARequeuedTaskKeepsItsPlace) {
  submit("first");
  submit("second");
  start("first");
  EXPECT_EQ(next(), "second");
  record(board.requeue(TaskId{"first"}, "the agent broke down", now));
  EXPECT_EQ(task("first").attempt, 2);
  EXPECT_EQ(next(), "first");
}

TEST_F(TaskBoardTest, GivesUpAfterSomeAttemptsAndARetryBeginsAgain) {
  submit("t");
  for (int attempt = 1; attempt < limits::kTaskAttemptsMax; ++attempt) {
    start("t");
    record(board.requeue(TaskId{"t"}, "crash", now));
  }
  start("t");
  record(board.requeue(TaskId{"t"}, "crash", now));
  EXPECT_EQ(task("t").state, TaskState::kFailed);
  EXPECT_NE(task("t").error->message.find("crash"), std::string::npos);
  record(board.retry(TaskId{"t"}, "user:anna"));
  EXPECT_EQ(task("t").state, TaskState::kQueued);
  EXPECT_FALSE(task("t").error);
  EXPECT_EQ(task("t").attempt, limits::kTaskAttemptsMax + 1);
  start("t");
  record(board.requeue(TaskId{"t"}, "crash", now));
  EXPECT_EQ(task("t").state, TaskState::kQueued);
}

TEST_F(TaskBoardTest, DependantsWaitForSuccess) {
  submit("base");
  submit("after", 9, {TaskId{"base"}});
  EXPECT_EQ(next(), "base");
  start("base");
  EXPECT_EQ(next(), "");
  finish("base", TaskState::kSucceeded);
  EXPECT_EQ(next(), "after");
}

TEST_F(TaskBoardTest, DependantsOfAFailureFailInTurn) {
  submit("base");
  submit("after", 5, {TaskId{"base"}});
  submit("last", 5, {TaskId{"after"}});
  submit("other");
  record(board.cancel(TaskId{"base"}, "user:anna", now));
  settle();
  EXPECT_EQ(task("after").state, TaskState::kFailed);
  EXPECT_NE(task("after").error->message.find("base"), std::string::npos);
  EXPECT_EQ(task("last").state, TaskState::kFailed);
  EXPECT_EQ(next(), "other");
  record(board.retry(TaskId{"base"}, "user:anna"));
  record(board.retry(TaskId{"after"}, "user:anna"));
  settle();
  EXPECT_EQ(task("after").state, TaskState::kQueued);
}

TEST_F(TaskBoardTest, ADependencyThatSucceedsLaterIsNotForgotten) {
  submit("base");
  submit("after", 5, {TaskId{"base"}});
  record(board.cancel(TaskId{"base"}, "user:anna", now));
  settle();
  record(board.retry(TaskId{"base"}, "user:anna"));
  start("base");
  finish("base", TaskState::kSucceeded);
  record(board.retry(TaskId{"after"}, "user:anna"));
  settle();
  start("after");
}

TEST_F(TaskBoardTest, CommandsThatDoNotFitTheState) {
  submit("queued");
  submit("running", 9);
  submit("done", 9);
  start("running");
  start("done");
  finish("done", TaskState::kSucceeded);
  const TaskId queued{"queued"};
  const TaskId running{"running"};
  const TaskId done{"done"};
  const std::pair<const char*, Result<EventDraft>> cases[] = {
      {"finish queued", board.finish(queued, {}, now)},
      {"finish done", board.finish(done, {}, now)},
      {"requeue queued", board.requeue(queued, "", now)},
      {"cancel done", board.cancel(done, "user:a", now)},
      {"retry queued", board.retry(queued, "user:a")},
      {"retry done", board.retry(done, "user:a")},
      {"promote running", board.promote(running, "user:a")},
      {"wait queued", board.waiting(queued, "lock", "x")},
      {"resume running", board.resumed(running, "lock", "x")}};
  for (const auto& [name, result] : cases) {
    ASSERT_FALSE(result) << name;
    EXPECT_EQ(result.error().code, Errc::kConflict) << name;
  }
  EXPECT_EQ(board.cancel(TaskId{"none"}, "user:a", now).error().code, Errc::kNotFound);
  Outcome unexplained;
  unexplained.state = TaskState::kFailed;
  EXPECT_EQ(board.finish(running, unexplained, now).error().code, Errc::kInvalid);
}

TEST_F(TaskBoardTest, ARunningTaskIsAskedToEnd) {
  submit("t");
  start("t");
  record(board.waiting(TaskId{"t"}, "lock", "src/x"));
  EXPECT_EQ(task("t").state, TaskState::kWaiting);
  EXPECT_EQ(task("t").waits_for, "lock: src/x");
  record(board.cancel(TaskId{"t"}, "user:anna", now));
  EXPECT_EQ(log.events().back().type, "task_cancel_requested");
  EXPECT_EQ(board.cancel(TaskId{"t"}, "user:anna", now).error().code, Errc::kConflict);
  record(board.requeue(TaskId{"t"}, "crash", now));
  EXPECT_EQ(task("t").state, TaskState::kCancelled);
}

TEST_F(TaskBoardTest, AfterARestartActiveTasksAreQueuedAgain) {
  submit("a");
  submit("b");
  submit("c");
  start("a");
  start("b");
  record(board.waiting(TaskId{"b"}, "approval", "rm"));
  TaskBoard again = coditect::testing::restored(board);
  for (EventDraft& draft : again.recover(now)) log.record(again, std::move(draft), now);
  EXPECT_TRUE(again.recover(now).empty());
  EXPECT_EQ(again.next("claude")->id.str(), "a");
  EXPECT_EQ(again.find(TaskId{"b"})->state, TaskState::kQueued);
  EXPECT_EQ(again.find(TaskId{"b"})->attempt, 2);
  EXPECT_EQ(again.find(TaskId{"c"})->attempt, 1);
}

TEST_F(TaskBoardTest, ForgetsTheOldestFinishedTasks) {
  for (std::size_t i = 0; i < limits::kFinishedTasksKept + 2; ++i) {
    const std::string id = "t" + std::to_string(i);
    submit(id);
    start(id);
    finish(id, TaskState::kSucceeded);
  }
  EXPECT_EQ(board.tasks().size(), limits::kFinishedTasksKept);
  EXPECT_EQ(board.find(TaskId{"t1"}), nullptr);
  EXPECT_NE(board.find(TaskId{"t2"}), nullptr);
  EXPECT_EQ(coditect::testing::text_of(coditect::testing::restored(board)),
            coditect::testing::text_of(board));
}

TEST_F(TaskBoardTest, AnEventThatDoesNotFitChangesNothing) {
  submit("t");
  const std::string before = coditect::testing::text_of(board);
  const std::tuple<const char*, const char*, const char*> cases[] = {
      {"task_queued", "t", R"({"agent":"claude","prompt":"x","priority":5})"},
      {"task_queued", "", R"({"agent":"claude","prompt":"x","priority":5})"},
      {"task_queued", "u", R"({"agent":"claude","priority":5})"},
      {"task_queued", "u", R"({"agent":"c","prompt":"x","priority":5,"depends_on":[1]})"},
      {"task_started", "u", "{}"},
      {"task_resumed", "t", "{}"},
      {"task_waiting", "t", "{}"},
      {"task_requeued", "t", R"({"attempt":2})"},
      {"task_promoted", "t", "{}"},
      {"task_moved", "t", R"({"agent":"claude"})"},
      {"task_moved", "t", R"({"agent":"claude","priority":5,"place":[]})"},
      {"task_moved", "t", R"({"agent":"claude","priority":5,"place":["x"]})"},
      {"task_moved", "u", R"({"agent":"claude","priority":5})"},
      {"task_finished", "t", R"({"state":"running"})"},
      {"task_finished", "t", R"({"state":"odd"})"}};
  for (const auto& [type, id, data] : cases) {
    Event event;
    event.seq = 99;
    event.type = type;
    event.task = id;
    event.data = *parse_json_object(data);
    EXPECT_FALSE(board.apply(event)) << type << ' ' << data;
  }
  EXPECT_EQ(coditect::testing::text_of(board), before);
}

/// A number in [0, beyond), whatever size the test case has.
std::size_t below(std::size_t beyond) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<std::size_t>(0, beyond));
}

/// An agent's tasks of one priority, in the order in which they are done.
using Lane = std::pair<std::string, int>;

class World {
 public:
  void act() {
    switch (below(16)) {
      case 0: change([&](const TaskId& id) { return board_.promote(id, "user:a"); }); break;
      case 1: change([&](const TaskId& id) { return board_.cancel(id, "user:a", now_); }); break;
      case 2: change([&](const TaskId& id) { return board_.requeue(id, "crash", now_); }); break;
      case 3: change([&](const TaskId& id) { return board_.retry(id, "user:a"); }); break;
      case 4: change([&](const TaskId& id) { return board_.waiting(id, "lock", "x"); }); break;
      case 5:
        change([&](const TaskId& id) {
          return board_.finish(id, {TaskState::kFailed, {}, invalid("no")}, now_);
        });
        break;
      case 6: change([&](const TaskId& id) { return board_.finish(id, {}, now_); }); break;
      case 7: start(); break;
      case 8: change([&](const TaskId& id) { return board_.pause(id, "user:a"); }); break;
      case 9: change([&](const TaskId& id) { return board_.stand_still(id); }); break;
      case 10: change([&](const TaskId& id) { return board_.resume(id, "user:a"); }); break;
      case 11: change([&](const TaskId& id) { return move_somewhere(id); }); break;
      case 12:
      case 13: change([&](const TaskId& id) { return move_before(id); }); break;
      default: submit(); break;
    }
    while (auto draft = board_.next_step(now_)) record(*std::move(draft));
    verify();
  }

 private:
  void submit() {
    Submission made;
    made.id = TaskId{"t" + std::to_string(ids_.size())};
    made.agent = kAgents[below(2)];
    made.prompt = "x";
    made.priority = static_cast<int>(below(3));
    made.actor = "user:a";
    for (std::size_t i = below(3); i > 0 && !ids_.empty(); --i) {
      made.depends_on.push_back(some());
    }
    auto draft = board_.submit(made, kAgents);
    RC_ASSERT(draft.ok());
    ids_.push_back(made.id);
    lanes_[{made.agent, made.priority}].push_back(made.id);
    record(*std::move(draft));
  }

  TaskId some() const { return ids_[below(ids_.size())]; }

  Result<EventDraft> move_somewhere(const TaskId& id) {
    const Move wanted{{}, kAgents[below(2)], static_cast<int>(below(3))};
    auto draft = board_.move(id, wanted, "user:a", kAgents);
    if (draft.ok()) place(id, {*wanted.agent, *wanted.priority}, std::nullopt);
    return draft;
  }

  Result<EventDraft> move_before(const TaskId& id) {
    const TaskId other = some();
    auto draft = board_.move(id, {other, {}, {}}, "user:a", kAgents);
    if (draft.ok()) place(id, lane_of(other), other);
    return draft;
  }

  Lane lane_of(const TaskId& id) const {
    const Task* task = board_.find(id);
    return {task->agent, task->priority};
  }

  /// What a move does to the model: out of its lane, and into one before `before` or at its end.
  void place(const TaskId& id, const Lane& lane, const std::optional<TaskId>& before) {
    std::erase(lanes_[lane_of(id)], id);
    std::vector<TaskId>& into = lanes_[lane];
    into.insert(before ? std::ranges::find(into, *before) : into.end(), id);
  }

  void start() {
    auto draft = board_.start(kAgents[below(2)]);
    if (draft) record(*std::move(draft));
  }

  template <class Decide>
  void change(Decide decide) {
    if (ids_.empty()) return;
    const TaskId id = some();
    auto draft = decide(id);
    if (!draft.ok()) return;
    if (draft->type == "task_promoted") {
      std::erase(lanes_[lane_of(id)], id);
      std::vector<TaskId>& first = lanes_[{draft->data.at("agent").as_string().c_str(), 9}];
      first.insert(first.begin(), id);
    }
    record(*std::move(draft));
  }

  void record(EventDraft draft) { log_.record(board_, std::move(draft), now_); }

  bool can_run(const TaskId& id) const {
    const Task* task = board_.find(id);
    if (task->state != TaskState::kQueued) return false;
    return std::ranges::all_of(task->depends_on, [&](const TaskId& id) {
      return board_.find(id)->state == TaskState::kSucceeded;
    });
  }

  void verify() const {
    for (const std::string& agent : kAgents) {
      std::optional<TaskId> best;
      for (int priority = kPriorityMax; priority >= 0 && !best; --priority) {
        const auto lane = lanes_.find({agent, priority});
        if (lane == lanes_.end()) continue;
        const auto found =
            std::ranges::find_if(lane->second, [&](const TaskId& id) { return can_run(id); });
        if (found != lane->second.end()) best = *found;
      }
      const Task* next = board_.next(agent);
      RC_ASSERT((next == nullptr) == !best);
      if (next != nullptr) RC_ASSERT(next->id == *best);
    }
    TaskBoard replayed;
    log_.replay(replayed);
    RC_ASSERT(coditect::testing::text_of(replayed) == coditect::testing::text_of(board_));
    const TaskBoard again = coditect::testing::restored(board_);
    RC_ASSERT(coditect::testing::text_of(again) == coditect::testing::text_of(board_));
    for (const std::string& agent : kAgents) {
      RC_ASSERT((again.next(agent) == nullptr) == (board_.next(agent) == nullptr));
      if (again.next(agent)) RC_ASSERT(again.next(agent)->id == board_.next(agent)->id);
    }
  }

  TaskBoard board_;
  coditect::testing::TestLog log_;
  Time now_{seconds{1'800'000'000}};
  std::vector<TaskId> ids_;
  std::map<Lane, std::vector<TaskId>> lanes_;
};

RC_GTEST_PROP(TaskBoardProperty, TheNextTaskIsThatOfAModelThatLooksAtAll, ()) {
  World world;
  const std::size_t steps = 1 + below(60);
  for (std::size_t i = 0; i < steps; ++i) world.act();
}

}  // namespace
}  // namespace coditect::queue
