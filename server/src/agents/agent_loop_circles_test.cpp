// A model that goes round in a circle is told, and fails when it goes on.
#include <gtest/gtest.h>

#include "agents/agent_loop_fixture.h"
#include "agents/loop_limits.h"

namespace coditect::agents {
namespace {

using providers::StopReason;
using providers::TextBlock;
using providers::Turn;

class AgentLoopCirclesTest : public AgentLoopFixture {
 protected:
  std::vector<std::string> steps() const {
    std::vector<std::string> made;
    for (const json::object& event : logged("agent_looping")) {
      made.push_back(*find_string(event, "step") + " " + *find_string(event, "shape"));
    }
    return made;
  }
};

TEST_F(AgentLoopCirclesTest, OneThatGoesOnFailsAfterItWasTold) {
  for (int i = 0; i < 20; ++i) read("a");
  const Outcome outcome = run();
  EXPECT_EQ(outcome.state, Outcome::State::kFailed);
  EXPECT_EQ(outcome.error.code, Errc::kLimit);
  EXPECT_NE(outcome.error.message.find(R"(read_file {"path":"a"})"), std::string::npos)
      << outcome.error.message;
  EXPECT_FALSE(outcome.error.hint.empty());
  constexpr int kCalls = limits::kLoopRoundsUntilTold + limits::kLoopRoundsAfterTold;
  EXPECT_EQ(provider_.asked.size(), static_cast<std::size_t>(kCalls));
  EXPECT_EQ(steps(), (std::vector<std::string>{"told repetition", "failed repetition"}));
}

TEST_F(AgentLoopCirclesTest, OneThatHeedsTheNoticeGoesOn) {
  for (int i = 0; i < limits::kLoopRoundsUntilTold; ++i) read("a");
  read("b");
  provider_.say(answer(StopReason::kEndTurn, {TextBlock{"done"}}));
  EXPECT_EQ(run().state, Outcome::State::kSucceeded);
  EXPECT_EQ(steps(), std::vector<std::string>{"told repetition"});
  const std::vector<Turn>& turns = provider_.asked.back().turns;
  int notices = 0;
  for (const Turn& turn : turns) {
    const auto* text = std::get_if<TextBlock>(&turn.blocks.at(0));
    if (text == nullptr || !text->text.starts_with("Notice: you called read_file")) continue;
    EXPECT_EQ(turn.role, providers::Role::kUser);
    ++notices;
  }
  EXPECT_EQ(notices, 1) << "it stays in the conversation, and is said once";
}

TEST_F(AgentLoopCirclesTest, WhoPollsWhatChangesIsLeftAlone) {
  constexpr int kPolls = 4 * limits::kLoopRoundsUntilTold;
  int version = 0;
  host_.text_of = [&](const std::string&) { return std::to_string(++version); };
  for (int i = 0; i < kPolls; ++i) read("a");
  provider_.say(answer(StopReason::kEndTurn, {TextBlock{"done"}}));
  EXPECT_EQ(run().state, Outcome::State::kSucceeded);
  EXPECT_EQ(version, kPolls);
  EXPECT_TRUE(steps().empty());
}

TEST_F(AgentLoopCirclesTest, AnAnswerThatNeverCallsAnythingIsAMonologue) {
  for (int i = 0; i < 20; ++i) provider_.say(answer(StopReason::kPause, {TextBlock{"hm"}}));
  const Outcome outcome = run();
  EXPECT_EQ(outcome.error.code, Errc::kLimit);
  EXPECT_EQ(steps(), (std::vector<std::string>{"told monologue", "failed monologue"}));
}

TEST_F(AgentLoopCirclesTest, AnotherTaskBeginsAnew) {
  for (int task = 0; task < 2; ++task) {
    for (int i = 1; i < limits::kLoopRoundsUntilTold; ++i) read("a");
    provider_.say(answer(StopReason::kEndTurn, {TextBlock{"done"}}));
    EXPECT_EQ(run().state, Outcome::State::kSucceeded);
  }
  EXPECT_TRUE(steps().empty());
}

}  // namespace
}  // namespace coditect::agents
