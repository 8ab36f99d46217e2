// What the project's people tell agents: the trusted in the stable prompt, a folder's when the
// agent gets there, the rest only by name.
#include <gtest/gtest.h>

#include "agents/agent_loop_fixture.h"

namespace coditect::agents {
namespace {

using providers::StopReason;
using providers::TextBlock;
using providers::Turn;

class AgentLoopInstructionsTest : public AgentLoopFixture {
 protected:
  void finish() { provider_.say(answer(StopReason::kEndTurn, {TextBlock{"done"}})); }
};

TEST_F(AgentLoopInstructionsTest, TheTrustedAreInThePromptOfEveryCall) {
  host_.instructed[""] = {{{"AGENTS.md", "Be brief."}}, {"CLAUDE.md"}, {"GEMINI.md"}};
  read("a");
  finish();
  EXPECT_EQ(run().state, Outcome::State::kSucceeded);
  ASSERT_EQ(provider_.asked.size(), 2u);
  EXPECT_TRUE(provider_.asked[0].system.contains("Be brief."));
  EXPECT_EQ(provider_.asked[0].system, provider_.asked[1].system);
  EXPECT_FALSE(provider_.asked[0].system.contains("CLAUDE.md"));
  const std::string first = text_of(provider_.asked[0].turns[0]);
  EXPECT_TRUE(first.contains("CLAUDE.md is there, but no person has trusted")) << first;
  EXPECT_TRUE(first.contains("GEMINI.md instructs you too, and was left out")) << first;
  EXPECT_TRUE(first.ends_with("do it")) << first;
}

TEST_F(AgentLoopInstructionsTest, TheRoleIsInThePromptOfEveryCall) {
  role_ = "reviewer";
  read("a");
  finish();
  EXPECT_EQ(run().state, Outcome::State::kSucceeded);
  ASSERT_EQ(provider_.asked.size(), 2u);
  EXPECT_TRUE(provider_.asked[0].system.contains("address you by it: \"reviewer\"."));
  EXPECT_EQ(provider_.asked[0].system, provider_.asked[1].system);
  role_ = "";
  finish();
  EXPECT_EQ(run().state, Outcome::State::kSucceeded);
  EXPECT_FALSE(provider_.asked.back().system.contains("role"));
}

TEST_F(AgentLoopInstructionsTest, AFoldersComeWhenTheAgentGetsThere) {
  host_.instructed["src/a"] = {{{"src/AGENTS.md", "Test first."}}, {}, {}};
  read("./src/a");
  read("src/a");
  finish();
  EXPECT_EQ(run().state, Outcome::State::kSucceeded);
  ASSERT_EQ(provider_.asked.size(), 3u);
  EXPECT_FALSE(provider_.asked[2].system.contains("Test first."));
  int told = 0;
  for (const Turn& turn : provider_.asked[2].turns) {
    const auto* text = std::get_if<TextBlock>(&turn.blocks.at(0));
    if (text == nullptr || !text->text.contains("Test first.")) continue;
    EXPECT_EQ(turn.role, providers::Role::kUser);
    ++told;
  }
  EXPECT_EQ(told, 1);
}

TEST_F(AgentLoopInstructionsTest, TheyOutliveASummary) {
  host_.text_of = [](const std::string&) { return std::string(40'000, 'x'); };
  host_.instructed["src/a"] = {{{"src/AGENTS.md", "Test first."}}, {}, {}};
  read("src/a");
  auto full = answer(StopReason::kToolUse, {tool_call("x", "read_file", {{"path", "b"}})});
  full.prompt_tokens = 100'000;
  provider_.say(full);
  provider_.say(answer(StopReason::kEndTurn, {TextBlock{"what I know"}}));
  finish();
  EXPECT_EQ(run().result, "done");
  ASSERT_EQ(logged("context_compacted").size(), 1u);
  const std::vector<Turn>& turns = provider_.asked.back().turns;
  ASSERT_EQ(turns.size(), 1u);
  std::string all;
  for (const providers::Block& block : turns[0].blocks) all += std::get<TextBlock>(block).text;
  EXPECT_TRUE(all.contains("Test first.")) << all;
  EXPECT_TRUE(all.contains("what I know")) << all;
}

}  // namespace
}  // namespace coditect::agents
