#include "workspace/state/workspace_state.h"

#include <gtest/gtest.h>

#include "coordination/test_log.h"

namespace coditect::workspace {
namespace {

using coditect::testing::TestLog;
using std::chrono::hours;

constexpr Time kNow{std::chrono::seconds{1'800'000'000}};

const std::string kExpires = to_rfc3339(kNow + hours(8));

/// A story in which every part of the state changes.
const std::vector<EventDraft> kStory{
    {"workspace_created", "user:ann", {}, {}, {{"name", "w"}, {"source", {{"kind", "empty"}}}}},
    {"session_started", "user:ann", "s_1", {}, {{"id", "s_1"}, {"expires_at", kExpires}}},
    {"checkpoint",
     "system",
     "s_1",
     {},
     {{"id", "c_1"}, {"label", "provisioned"}, {"tree", "t"}, {"files", 2}, {"bytes", 9}}},
    {"file_edit",
     "user:ann",
     "s_1",
     {},
     {{"op", "create"}, {"path", "a/b"}, {"hash", "h1"}, {"size", 3}, {"mode", 0755}}},
    {"task_queued",
     "user:ann",
     "s_1",
     "t_1",
     {{"agent", "claude"},
      {"prompt", "p"},
      {"priority", 7},
      {"depends_on", json::array{}},
      {"budget_usd", 1.5},
      {"attempt", 1}}},
    {"agent_state_change",
     "agent:claude",
     "s_1",
     "t_1",
     {{"agent", "claude"}, {"from", "idle"}, {"to", "loading"}, {"reason", "r"}}},
    {"task_started", "agent:claude", "s_1", "t_1", {{"agent", "claude"}, {"attempt", 1}}},
    {"lock_acquired",
     "agent:claude",
     "s_1",
     "t_1",
     {{"path", "a/b"},
      {"mode", "write"},
      {"token", 1},
      {"holder", "agent:claude"},
      {"expires_at", kExpires}}},
    {"file_edit",
     "agent:claude",
     "s_1",
     "t_1",
     {{"op", "write"}, {"path", "a/b"}, {"hash", "h2"}, {"before", "h1"}, {"size", 4}}},
    {"bus_message",
     "agent:claude",
     "s_1",
     "t_1",
     {{"id", "b_1"}, {"from", "agent:claude"}, {"to", {"gemini"}}, {"text", "hi"}}},
    {"usage_recorded",
     "agent:claude",
     "s_1",
     "t_1",
     {{"agent", "claude"}, {"input", 1}, {"output", 2}, {"cost_usd", 0.1}}},
    {"budget_set", "user:ann", "s_1", {}, {{"scope", "workspace"}, {"limit_usd", 4.0}}},
    {"budget_reserved",
     "agent:claude",
     "s_1",
     "t_1",
     {{"id", "r_1"}, {"agent", "claude"}, {"amount_usd", 0.5}, {"day", "2026-11-20"}}},
    {"budget_settled", "system", {}, "t_1", {{"id", "r_1"}, {"unsettled_usd", 0.5}}},
    {"approval_mode_set", "user:ann", "s_1", {}, {{"agent", "claude"}, {"mode", "ask"}}},
    {"approval_requested",
     "agent:claude",
     "s_1",
     "t_1",
     {{"id", "a_1"},
      {"agent", "claude"},
      {"tool", "git"},
      {"input", json::object{}},
      {"why", "the mode is ask"},
      {"requested_at", to_rfc3339(kNow)},
      {"expires_at", kExpires}}},
    {"approval_answered",
     "user:ann",
     "s_1",
     "t_1",
     {{"id", "a_1"}, {"agent", "claude"}, {"decision", "allow"}}},
    {"a_type_of_the_future", "system", {}, {}, {{"path", 1}}},
    {"file_edit",
     "user:ann",
     "s_1",
     {},
     {{"op", "move"}, {"path", "c"}, {"from", "a/b"}, {"hash", "h2"}, {"size", 4}}},
    {"file_edit",
     "user:ann",
     "s_1",
     {},
     {{"op", "create"}, {"path", "d"}, {"hash", "h3"}, {"size", 1}}},
    {"file_edit",
     "user:ann",
     "s_1",
     {},
     {{"op", "remove"}, {"path", "d"}, {"hash", ""}, {"before", "h3"}, {"size", 0}}},
    {"instructions_trusted", "user:ann", "s_1", {}, {{"path", "AGENTS.md"}, {"hash", "h3"}}},
};

TEST(WorkspaceState, ASnapshotAtAnyEventIsTheStateThere) {
  TestLog log;
  WorkspaceState whole;
  std::vector<std::string> snapshots{coditect::testing::text_of(whole)};
  for (const EventDraft& draft : kStory) {
    log.record(whole, draft, kNow);
    snapshots.push_back(coditect::testing::text_of(whole));
  }
  for (std::size_t taken = 0; taken < snapshots.size(); ++taken) {
    auto state = WorkspaceState::restore(*parse_json_object(snapshots[taken]));
    ASSERT_TRUE(state) << taken << ": " << state.error().message;
    EXPECT_EQ(coditect::testing::text_of(*state), snapshots[taken]) << "of event " << taken;
    for (std::size_t at = taken; at < log.events().size(); ++at) {
      ASSERT_TRUE(state->apply(log.events()[at]));
      ASSERT_EQ(coditect::testing::text_of(*state), snapshots[at + 1]) << taken << " to " << at;
    }
  }
}

TEST(WorkspaceState, KnowsWhatTheStoryTold) {
  TestLog log;
  WorkspaceState state;
  for (const EventDraft& draft : kStory) log.record(state, draft, kNow);
  EXPECT_EQ(state.seq, kStory.size());
  ASSERT_EQ(state.files.files().size(), 1u);
  EXPECT_EQ(state.files.files().at("c").hash, "h2");
  EXPECT_EQ(state.files.files().at("c").version, 19u);
  EXPECT_EQ(state.files.files().at("c").mode, 0755u);
  EXPECT_TRUE(state.trust.trusts("AGENTS.md", "h3"));
  EXPECT_EQ(state.locks.locks().at(1).holder, "agent:claude");
  EXPECT_EQ(state.tasks.find(TaskId("t_1"))->state, queue::TaskState::kRunning);
  EXPECT_EQ(state.bus.unread("gemini").size(), 1u);
  EXPECT_EQ(state.agents.state("claude"), lifecycle::AgentState::kLoading);
  EXPECT_EQ(state.sessions.current()->id, "s_1");
  EXPECT_EQ(state.checkpoints.find("c_1")->seq, 3u);
  const budget::Account account = state.budgets.books().account("workspace");
  EXPECT_EQ(account.limit, from_usd(4.0));
  EXPECT_EQ(account.spent, from_usd(0.1));
  EXPECT_EQ(state.budgets.books().account("task:t_1").limit, from_usd(1.5));
  EXPECT_EQ(state.approvals.policy().mode_of("claude"), approvals::Mode::kAsk);
  ASSERT_NE(state.approvals.ended("a_1"), nullptr);
  EXPECT_EQ(state.approvals.ended("a_1")->by, "user:ann");
}

TEST(WorkspaceState, RefusesAGapAndARepetition) {
  WorkspaceState state;
  Event event;
  event.type = "workspace_woken";
  for (const Sequence seq : std::array<Sequence, 3>{0, 2, 9}) {
    event.seq = seq;
    EXPECT_FALSE(state.apply(event)) << seq;
    EXPECT_EQ(state.seq, 0u);
  }
  event.seq = 1;
  EXPECT_TRUE(state.apply(event));
  EXPECT_FALSE(state.apply(event));
}

TEST(WorkspaceState, RefusesADamagedSnapshot) {
  const json::object sound = WorkspaceState().snapshot();
  ASSERT_TRUE(WorkspaceState::restore(sound));
  for (const auto& member : sound) {
    json::object damaged = sound;
    damaged.erase(member.key());
    EXPECT_FALSE(WorkspaceState::restore(damaged)) << "without " << member.key();
    damaged[member.key()] = "damaged";
    EXPECT_FALSE(WorkspaceState::restore(damaged)) << "with another " << member.key();
  }
}

}  // namespace
}  // namespace coditect::workspace
