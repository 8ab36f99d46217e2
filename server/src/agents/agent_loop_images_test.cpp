// Pictures that belong to a task.
#include <gtest/gtest.h>

#include "agents/agent_loop_fixture.h"
#include "base/base64.h"
#include "providers/model_window.h"

namespace coditect::agents {
namespace {

using providers::ImageBlock;
using providers::StopReason;
using providers::TextBlock;
using providers::Turn;

class AgentLoopImagesTest : public AgentLoopFixture {
 protected:
  AgentLoopImagesTest() { images_ = {{"h1", "image/png", 3, 1, 1}, {"h2", "image/jpeg", 3, 1, 1}}; }
  void says(const std::string& text, std::int64_t tokens = 0) {
    auto made = answer(StopReason::kEndTurn, {TextBlock{text}});
    made.prompt_tokens = tokens;
    provider_.say(made);
  }
  /// "image/png: bytes of h1, …", as the model is shown them with its task.
  static std::string shown(const providers::ModelRequest& request) {
    std::string all;
    for (const providers::Block& block : request.turns.at(0).blocks) {
      const auto* image = std::get_if<ImageBlock>(&block);
      if (image == nullptr) continue;
      all += image->media_type + ": " + *from_base64(base64_of(*image)) + ", ";
    }
    return all;
  }
  static constexpr const char* kBoth = "image/png: bytes of h1, image/jpeg: bytes of h2, ";
};

TEST_F(AgentLoopImagesTest, TheModelIsShownThemWithTheTask) {
  read("a");
  says("done");
  EXPECT_EQ(run().result, "done");
  ASSERT_EQ(provider_.asked.size(), 2u);
  for (const auto& request : provider_.asked) EXPECT_EQ(shown(request), kBoth);
}

TEST_F(AgentLoopImagesTest, TheLogKnowsThemByTheirHash) {
  says("done");
  run();
  const Event& begun = host_.conversation.front();
  ASSERT_EQ(begun.type, "conversation_turn");
  const std::string text = json::serialize(begun.data);
  EXPECT_TRUE(text.contains(R"({"type":"image","hash":"h1","media_type":"image/png"})")) << text;
  EXPECT_FALSE(text.contains(to_base64("bytes of h1"))) << text;
}

TEST_F(AgentLoopImagesTest, ATaskThatGoesOnStillHasThem) {
  read("a");
  provider_.script.push_back([this](providers::StreamListener&) {
    stop_.request_stop();
    return providers::provider_error(providers::ProviderError::Kind::kCancelled, "stopped");
  });
  EXPECT_EQ(run().state, Outcome::State::kCancelled);
  host_.conversation.pop_back();  // the server has stopped, and not the task
  stop_ = {};
  images_.clear();  // what was said before counts
  provider_.asked.clear();
  says("done");
  EXPECT_EQ(run(2).result, "done");
  ASSERT_EQ(provider_.asked.size(), 1u);
  EXPECT_EQ(shown(provider_.asked[0]), kBoth);
}

TEST_F(AgentLoopImagesTest, ASummaryLeavesThemInPlace) {
  host_.text_of = [](const std::string&) { return std::string(40'000, 'x'); };
  for (int i = 0; i < 3; ++i) {
    auto made = answer(StopReason::kToolUse, {tool_call("x", "read_file", {{"path", "a"}})});
    made.prompt_tokens = i == 2 ? providers::kUnknownWindowTokens - 1'000 : 0;
    provider_.say(made);
  }
  says("what I did", 100);
  says("done", 100);
  EXPECT_EQ(run().result, "done");
  const auto compacted = logged("context_compacted");
  ASSERT_EQ(compacted.size(), 1u);
  ASSERT_TRUE(compacted[0].contains("summary"));
  const providers::ModelRequest& last = provider_.asked.back();
  EXPECT_EQ(shown(last), kBoth);
  EXPECT_TRUE(std::get<TextBlock>(last.turns[0].blocks.back()).text.contains("what I did"));
}

TEST_F(AgentLoopImagesTest, OneThatIsLostEndsTheTask) {
  images_.push_back({"lost", "image/png", 3, 1, 1});
  const Outcome outcome = run();
  EXPECT_EQ(outcome.state, Outcome::State::kFailed);
  EXPECT_TRUE(outcome.error.message.contains("a picture of the task")) << outcome.error.message;
  EXPECT_TRUE(provider_.asked.empty());
}

}  // namespace
}  // namespace coditect::agents
