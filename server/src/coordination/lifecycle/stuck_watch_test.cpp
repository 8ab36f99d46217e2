#include "coordination/lifecycle/stuck_watch.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "base/json.h"

namespace coditect::lifecycle {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr minutes kMost{20};

class StuckWatchTest : public ::testing::Test {
 protected:
  void happens(std::string type, json::object data = {}, std::string task = "t_1") {
    Event event;
    event.type = std::move(type);
    event.task = std::move(task);
    event.data = std::move(data);
    watch.apply(event, now);
  }
  void tool(const std::string& name, const std::string& phase, json::object input = {}) {
    happens("tool_call", {{"tool", name}, {"phase", phase}, {"input", std::move(input)}});
  }
  void agent(const std::string& state) { happens("agent_state_change", {{"to", state}}); }
  /// What is stuck after that time, as "task: doing".
  std::string after(std::chrono::milliseconds time) {
    now += time;
    std::string all;
    for (const StuckWatch::Finding& each : watch.look(now)) {
      all += (all.empty() ? "" : ", ") + each.task.str() + ": " + each.doing;
    }
    return all;
  }

  StuckWatch watch{kMost};
  SteadyTime now{seconds{1000}};
};

TEST_F(StuckWatchTest, ATaskOfWhichNothingIsHeardIsFoundOnce) {
  happens("task_started");
  EXPECT_EQ(after(kMost - milliseconds(1)), "");
  EXPECT_EQ(after(milliseconds(1)), "t_1: a call of the model");
  EXPECT_EQ(after(minutes(100)), "");
  happens("conversation_turn");
  EXPECT_EQ(after(kMost - milliseconds(1)), "");
  EXPECT_EQ(after(milliseconds(1)), "t_1: a call of the model");
  happens("agent_stuck");
  EXPECT_EQ(after(kMost), "") << "what the watch itself says is no sign of life";
}

TEST_F(StuckWatchTest, TextThatStreamsIsASignOfLife) {
  happens("task_started");
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(after(kMost - seconds(1)), "");
    watch.heard(TaskId("t_1"), now);
  }
  watch.heard(TaskId("t_2"), now);
  EXPECT_EQ(after(kMost), "t_1: a call of the model");
}

TEST_F(StuckWatchTest, WhoWaitsIsNotStuck) {
  happens("task_started");
  agent("waiting");
  EXPECT_EQ(after(minutes(1000)), "");
  happens("task_promoted");
  EXPECT_EQ(after(minutes(1000)), "") << "it still waits";
  agent("executing");
  EXPECT_EQ(after(kMost), "t_1: a call of the model");
}

TEST_F(StuckWatchTest, AToolHasTheTimeThatItsCallAllows) {
  const struct {
    const char* name;
    const char* input;
    seconds time;
  } cases[] = {{"run_command", R"({"timeout_s":600})", seconds(600)},
               {"run_command", R"({"command":"x"})", seconds(120)},
               {"run_command", R"({"timeout_s":1000000})", seconds(1800)},
               {"run_command", R"({"timeout_s":-5})", seconds(0)},
               {"git", R"({"args":[]})", seconds(120)},
               {"read_file", R"({"path":"a"})", seconds(0)}};
  for (const auto& test : cases) {
    happens("task_started");
    tool(test.name, "started", *parse_json_object(test.input));
    EXPECT_EQ(after(kMost + test.time - milliseconds(1)), "") << test.name << test.input;
    EXPECT_EQ(after(milliseconds(1)), "t_1: " + std::string(test.name)) << test.input;
    tool(test.name, "finished");
    EXPECT_EQ(after(kMost), "t_1: a call of the model");
  }
}

TEST_F(StuckWatchTest, OnlyTasksUnderWayAreWatched) {
  happens("task_queued");
  EXPECT_EQ(after(kMost), "");
  for (const char* end : {"task_finished", "task_requeued", "task_paused"}) {
    happens("task_started");
    happens(end);
    happens("agent_message");
    EXPECT_EQ(after(kMost), "") << end;
  }
  happens("task_started", {}, "t_1");
  happens("task_started", {}, "t_2");
  happens("file_edit", {}, "");
  EXPECT_EQ(after(kMost), "t_1: a call of the model, t_2: a call of the model");
}

/// Whatever happens, a task is found exactly where the last thing heard of it is too long ago.
RC_GTEST_PROP(StuckWatchProperty, FindsWhatAModelThatLooksAtEverythingFinds, ()) {
  StuckWatch watch{seconds(10)};
  struct Model {
    SteadyTime heard;
    bool waits = false, found = false;
  };
  std::map<std::string, Model> model;
  SteadyTime now{seconds{1}};
  const int steps = *rc::gen::inRange(1, 80);
  for (int i = 0; i < steps; ++i) {
    now += seconds(*rc::gen::inRange(0, 8));
    const std::string id = "t_" + std::to_string(*rc::gen::inRange(0, 3));
    Event event;
    event.task = id;
    const int what = *rc::gen::inRange(0, 6);
    if (what == 0) {
      event.type = "task_started";
      model[id] = {now};
    } else if (what == 1) {
      event.type = "task_finished";
      model.erase(id);
    } else if (what == 2 || what == 3) {
      event.type = "agent_state_change";
      event.data["to"] = what == 2 ? "waiting" : "executing";
      if (model.contains(id)) model[id] = {now, what == 2};
    } else {
      event.type = "agent_message";
      if (model.contains(id)) model[id] = {now, model[id].waits};
    }
    watch.apply(event, now);
    now += seconds(*rc::gen::inRange(0, 12));
    std::string expected, found;
    for (auto& [task, each] : model) {
      if (each.waits || each.found || now - each.heard < seconds(10)) continue;
      each.found = true;
      expected += task + " ";
    }
    for (const StuckWatch::Finding& each : watch.look(now)) found += each.task.str() + " ";
    RC_ASSERT(found == expected);
  }
}

}  // namespace
}  // namespace coditect::lifecycle
