// A conversation that comes near the end of its model's window is made shorter, or the task fails.
#include <gtest/gtest.h>

#include "agents/agent_loop_fixture.h"
#include "agents/compaction_limits.h"
#include "providers/model_window.h"

namespace coditect::agents {
namespace {

using Kind = providers::ProviderError::Kind;
using providers::ModelAnswer;
using providers::StopReason;
using providers::TextBlock;
using providers::ToolResult;
using providers::Turn;

constexpr std::int64_t kFull = providers::kUnknownWindowTokens - 1'000;

class AgentLoopRoomTest : public AgentLoopFixture {
 protected:
  AgentLoopRoomTest() {
    host_.text_of = [this](const std::string&) { return std::string(file_bytes_, 'x'); };
  }
  /// The model reads `path`; its prompt had `tokens`.
  void reads(const std::string& path, std::int64_t tokens = 0) {
    ModelAnswer made =
        answer(StopReason::kToolUse, {tool_call("x", "read_file", {{"path", path}})});
    made.prompt_tokens = tokens;
    provider_.say(made);
  }
  void says(const std::string& text, std::int64_t tokens = 0) {
    ModelAnswer made = answer(StopReason::kEndTurn, {TextBlock{text}});
    made.prompt_tokens = tokens;
    provider_.say(made);
  }
  void refuses() {
    provider_.script.push_back([](providers::StreamListener&) {
      return provider_error(Kind::kContextExceeded, "the prompt is too long");
    });
  }

  std::size_t file_bytes_ = 40'000;
};

TEST_F(AgentLoopRoomTest, OldOutputsGoFirstAndCostNoCall) {
  for (int i = 0; i < 5; ++i) reads("file" + std::to_string(i), i == 4 ? kFull : 0);
  says("done", 100);
  EXPECT_EQ(run().result, "done");
  ASSERT_EQ(provider_.asked.size(), 6u);
  const auto compacted = logged("context_compacted");
  ASSERT_EQ(compacted.size(), 1u);
  EXPECT_FALSE(compacted[0].contains("summary"));
  EXPECT_GE(*find_int(compacted[0], "before"), kFull);
  EXPECT_LE(*find_int(compacted[0], "after") * 100,
            *find_int(compacted[0], "before") * limits::kCompactedShareMax);
  const std::vector<Turn>& turns = provider_.asked.back().turns;
  ASSERT_EQ(turns.size(), 11u);
  EXPECT_LT(std::get<ToolResult>(turns[2].blocks[0]).output.size(), limits::kOldOutputBytesMax);
  EXPECT_EQ(std::get<ToolResult>(turns[10].blocks[0]).output.size(), file_bytes_);
}

TEST_F(AgentLoopRoomTest, WhatIsLeftBecomesASummaryByTheModelItself) {
  reads("a");
  reads("b", 100'000);
  says("I read a and b.", 100'000);
  reads("c", 2'000);
  says("done", 3'000);
  EXPECT_EQ(run().result, "done");
  ASSERT_EQ(provider_.asked.size(), 5u);
  EXPECT_EQ(provider_.asked[2].turns.size(), 6u) << "all of it, and what is asked of the model";
  EXPECT_TRUE(text_of(provider_.asked[2].turns.back()).contains("will be replaced"));
  EXPECT_EQ(provider_.asked[2].max_output_tokens, limits::kSummaryTokensMax);
  const std::vector<Turn>& turns = provider_.asked[3].turns;
  ASSERT_EQ(turns.size(), 1u);
  EXPECT_TRUE(text_of(turns[0]).ends_with("do it")) << "the task stays";
  EXPECT_TRUE(std::get<TextBlock>(turns[0].blocks.at(1)).text.contains("I read a and b."));
  EXPECT_EQ(provider_.asked[4].turns.size(), 3u) << "and the task goes on from there";
  ASSERT_EQ(logged("context_compacted").size(), 1u);
  EXPECT_EQ(logged("context_compacted")[0].at("summary"), "I read a and b.");
  for (const json::object& message : logged("agent_message")) {
    EXPECT_FALSE(find_string(message, "text")->contains("I read a")) << "a summary is no message";
  }
  EXPECT_EQ(host_.billed, 5u) << "the summary is paid for";
}

TEST_F(AgentLoopRoomTest, ASummaryThatSavesTooLittleFailsTheTask) {
  file_bytes_ = 100;
  reads("a");
  reads("b", 100'000);
  says(std::string(200'000, 's'), 100'000);
  const Outcome outcome = run();
  EXPECT_EQ(outcome.error.code, Errc::kLimit);
  EXPECT_NE(outcome.error.message.find("window"), std::string::npos) << outcome.error.message;
  EXPECT_FALSE(outcome.error.hint.empty());
  EXPECT_TRUE(logged("context_compacted").empty());
  EXPECT_EQ(provider_.asked.size(), 3u);
}

TEST_F(AgentLoopRoomTest, ItIsNotCompactedAgainAndAgainWithoutProgress) {
  // Whatever is left out, the vendor goes on to count the same.
  for (int i = 0; i < 5; ++i) reads("file" + std::to_string(i), i == 4 ? kFull : 0);
  for (int i = 5; i < 20; ++i) reads("file" + std::to_string(i), kFull);
  const Outcome outcome = run();
  EXPECT_EQ(outcome.error.code, Errc::kLimit);
  EXPECT_EQ(logged("context_compacted").size(), 1u);
  EXPECT_EQ(provider_.asked.size(), 6u);
}

TEST_F(AgentLoopRoomTest, AConversationThatTheVendorRefusesIsSummedUpByItsOlderHalf) {
  file_bytes_ = 1'500;
  // Enough of them that the tools' descriptions, which always stay, are the smaller part.
  for (int i = 0; i < 12; ++i) reads("file" + std::to_string(i));
  refuses();
  says("I read the first files.");
  says("done");
  EXPECT_EQ(run().result, "done");
  ASSERT_EQ(provider_.asked.size(), 15u);
  EXPECT_EQ(provider_.asked[12].turns.size(), 25u);
  EXPECT_LT(provider_.asked[13].turns.size(), 25u) << "the whole would be refused again";
  const std::vector<Turn>& turns = provider_.asked[14].turns;
  EXPECT_LT(turns.size(), 25u);
  EXPECT_GT(turns.size(), 1u) << "the newest turns stay";
  EXPECT_EQ(turns[1].role, providers::Role::kAssistant);
  ASSERT_EQ(logged("context_compacted").size(), 1u);
}

TEST_F(AgentLoopRoomTest, AnAnswerThatTheWindowCutOffIsAskedForAgain) {
  reads("a");
  reads("b");
  reads("c");
  provider_.say(answer(StopReason::kContextExceeded, {TextBlock{"half a sent"}}));
  says("done");
  EXPECT_EQ(run().result, "done");
  for (const Turn& turn : provider_.asked.back().turns) {
    for (const providers::Block& block : turn.blocks) {
      const auto* text = std::get_if<TextBlock>(&block);
      EXPECT_FALSE(text != nullptr && text->text.contains("half a sent"));
    }
  }
}

TEST_F(AgentLoopRoomTest, WhereThereIsNothingToLeaveOutTheTaskFails) {
  refuses();
  const Outcome outcome = run();
  EXPECT_EQ(outcome.error.code, Errc::kLimit);
  EXPECT_EQ(provider_.asked.size(), 1u);
}

TEST_F(AgentLoopRoomTest, AModelThatWritesNoSummaryFailsTheTask) {
  reads("a");
  reads("b", 100'000);
  reads("c", 100'000);
  EXPECT_EQ(run().error.code, Errc::kLimit);
  EXPECT_EQ(logged("tool_call").size(), 4u) << "what it calls instead is not carried out";
}

TEST_F(AgentLoopRoomTest, AStopEndsTheSummaryToo) {
  reads("a");
  reads("b", 100'000);
  provider_.script.push_back([this](providers::StreamListener&) {
    stop_.request_stop();
    return answer(StopReason::kEndTurn, {TextBlock{"too late"}});
  });
  EXPECT_EQ(run().state, Outcome::State::kCancelled);
  EXPECT_TRUE(logged("context_compacted").empty());
}

}  // namespace
}  // namespace coditect::agents
