#include "coordination/lifecycle/agent_states.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <chrono>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "coordination/test_log.h"

namespace coditect::lifecycle {
namespace {

using enum AgentState;
using std::chrono::milliseconds;

const AgentState kAll[] = {kIdle, kLoading, kExecuting, kWaiting, kFailed, kRestarting};

TEST(AgentStates, OnlyTheseChangesAreLegal) {
  const std::set<std::pair<AgentState, AgentState>> legal{
      {kIdle, kLoading},      {kLoading, kExecuting}, {kExecuting, kWaiting},
      {kWaiting, kExecuting}, {kWaiting, kIdle},      {kLoading, kFailed},
      {kExecuting, kFailed},  {kWaiting, kFailed},    {kRestarting, kFailed},
      {kFailed, kRestarting}, {kRestarting, kIdle},   {kLoading, kIdle},
      {kExecuting, kIdle}};
  for (AgentState from : kAll) {
    for (AgentState to : kAll) {
      EXPECT_EQ(may_follow(from, to), legal.contains({from, to}))
          << to_string(from) << " to " << to_string(to);
    }
  }
}

TEST(AgentStates, RecordsWhatTheEventPageSays) {
  AgentStates states;
  const auto draft = states.change("claude", kLoading, "task t_1");
  ASSERT_TRUE(draft);
  EXPECT_EQ(draft->type, "agent_state_change");
  EXPECT_EQ(json::serialize(draft->data),
            R"({"agent":"claude","from":"idle","to":"loading","reason":"task t_1"})");
  const auto refused = states.change("claude", kExecuting, "");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kConflict);
}

class Stories : public ::testing::Test {
 protected:
  void go(AgentState to) {
    auto draft = states.change("a", to, "");
    ASSERT_TRUE(draft) << draft.error().message;
    log.record(states, *std::move(draft));
  }
  void fail_and_restart() {
    go(kLoading);
    go(kFailed);
    go(kRestarting);
    go(kIdle);
  }

  AgentStates states;
  coditect::testing::TestLog log;
};

TEST_F(Stories, TheDelayDoublesUntilWorkSucceeds) {
  EXPECT_EQ(states.restart_delay("a"), milliseconds{100});
  for (int expected : {100, 200, 400, 800, 1600, 3200, 6400, 10'000, 10'000}) {
    fail_and_restart();
    EXPECT_EQ(states.restart_delay("a"), milliseconds{expected});
  }
  for (AgentState to : {kLoading, kExecuting, kWaiting, kIdle}) go(to);
  fail_and_restart();
  EXPECT_EQ(states.restart_delay("a"), milliseconds{100});
}

TEST_F(Stories, TheDelayStaysAtItsMost) {
  for (int i = 0; i < 100; ++i) fail_and_restart();
  EXPECT_EQ(states.restart_delay("a"), milliseconds{10'000});
}

TEST_F(Stories, AnAgentThatIsDoneIsIdleAtOnce) {
  for (const auto& work : {std::vector{kLoading}, std::vector{kLoading, kExecuting},
                           std::vector{kLoading, kExecuting, kWaiting}}) {
    for (AgentState to : work) go(to);
    EXPECT_EQ(states.to_idle("a", "done").size(), 1u) << to_string(work.back());
    log.record_all(states, states.to_idle("a", "done"));
  }
  EXPECT_TRUE(states.to_idle("a", "done").empty());
}

TEST_F(Stories, AfterARestartWhoWasAtWorkHasFailed) {
  go(kLoading);
  go(kExecuting);
  log.record_all(states, states.recover());
  EXPECT_EQ(states.state("a"), kIdle);
  EXPECT_EQ(log.events()[2].data.at("to"), "failed");
  EXPECT_TRUE(states.recover().empty());
}

TEST_F(Stories, RefusesALogThatDoesNotFit) {
  Event event;
  event.type = "agent_state_change";
  event.data = *parse_json_object(R"({"agent":"a","from":"loading","to":"executing"})");
  EXPECT_FALSE(states.apply(event));
  event.data = *parse_json_object(R"({"agent":"a","from":"idle","to":"executing"})");
  EXPECT_FALSE(states.apply(event));
  event.data = *parse_json_object(R"({"agent":"a","from":"idle","to":"odd"})");
  EXPECT_FALSE(states.apply(event));
  EXPECT_EQ(states.state("a"), kIdle);
}

RC_GTEST_PROP(AgentStatesProperty, EveryStateLeadsToIdleAndReplayIsExact, ()) {
  AgentStates states;
  coditect::testing::TestLog log;
  for (int i = 0; i < 30; ++i) {
    const auto agent = *rc::gen::element<std::string>("a", "b");
    const auto to = *rc::gen::element(kIdle, kLoading, kExecuting, kWaiting, kFailed, kRestarting);
    auto draft = states.change(agent, to, "");
    RC_ASSERT(draft.ok() == may_follow(states.state(agent), to));
    if (draft.ok()) log.record(states, *std::move(draft));
    AgentStates walker = coditect::testing::restored(states);
    RC_ASSERT(coditect::testing::text_of(walker) == coditect::testing::text_of(states));
    coditect::testing::TestLog walk;
    walk.record_all(walker, walker.to_idle(agent, "done"));
    RC_ASSERT(walker.state(agent) == kIdle);
  }
  AgentStates replayed;
  log.replay(replayed);
  RC_ASSERT(coditect::testing::text_of(replayed) == coditect::testing::text_of(states));
}

}  // namespace
}  // namespace coditect::lifecycle
