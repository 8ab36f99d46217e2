#include <string>
#include <variant>
#include <vector>

#include "agents/agent_loop_fixture.h"
#include "base/base64.h"

namespace coditect::agents {
namespace {

using providers::ModelAnswer;
using providers::StopReason;
using providers::TextBlock;
using providers::Turn;

class AgentLoopSteeringTest : public AgentLoopFixture {
 protected:
  /// The model answers once `then` has happened.
  void say_after(std::function<void()> then, ModelAnswer made) {
    provider_.script.push_back(
        [then = std::move(then), made = std::move(made)](providers::StreamListener&) {
          then();
          return made;
        });
  }
  ModelAnswer reads(std::vector<std::string> paths) {
    std::vector<providers::Block> calls;
    for (const std::string& path : paths) {
      calls.push_back(tool_call("c" + path, "read_file", {{"path", path}}));
    }
    return answer(StopReason::kToolUse, std::move(calls));
  }
  ModelAnswer done() { return answer(StopReason::kEndTurn, {TextBlock{"done"}}); }
  void steer(const std::string& id, const std::string& text) {
    host_.said.push_back({id, "user:ann", text});
  }
  /// Runs again what was left, as after a pause.
  Outcome go_on() {
    host_.pauses = false;
    host_.conversation.back().type = "task_paused";  // in place of its end
    return run(2);
  }
  int calls(std::string_view phase) const {
    int count = 0;
    for (const json::object& event : logged("tool_call")) {
      count += find_string(event, "phase") == phase ? 1 : 0;
    }
    return count;
  }
};

TEST_F(AgentLoopSteeringTest, WhatAPersonSaysIsPartOfTheNextCall) {
  say_after([this] { steer("m_1", "mind the tests"); }, reads({"a"}));
  provider_.say(done());
  EXPECT_EQ(run().result, "done");
  ASSERT_EQ(provider_.asked.size(), 2u);
  const std::vector<Turn>& turns = provider_.asked[1].turns;
  ASSERT_EQ(turns.size(), 4u) << "the prompt, the call, its result, what was said";
  EXPECT_EQ(turns[3].role, providers::Role::kUser);
  EXPECT_NE(text_of(turns[3]).find("user:ann says"), std::string::npos);
  EXPECT_NE(text_of(turns[3]).find("mind the tests"), std::string::npos);
  EXPECT_TRUE(host_.said.empty());
}

TEST_F(AgentLoopSteeringTest, ThePicturesThatAPersonShowsAreFetchedAndNotInTheLog) {
  say_after(
      [this] { host_.said.push_back({"m_1", "user:ann", "see", {{"h1", "image/png", 3, 1, 1}}}); },
      reads({"a"}));
  provider_.say(done());
  EXPECT_EQ(run().result, "done");
  const Turn& said = provider_.asked[1].turns.back();
  ASSERT_EQ(said.blocks.size(), 2u);
  const auto& image = std::get<providers::ImageBlock>(said.blocks[1]);
  EXPECT_EQ(*from_base64(base64_of(image)), "bytes of h1");
  for (const Event& event : host_.conversation) {
    EXPECT_FALSE(json::serialize(event.data).contains(base64_of(image)));
  }
}

TEST_F(AgentLoopSteeringTest, WhatTheWorkspaceSaysFollowsTheResultsOnceAndHoldsUpNobody) {
  say_after([this] { host_.notice = "kimi waits for your lock\n"; }, reads({"a"}));
  say_after([this] { host_.notice = "too late\n"; }, done());
  EXPECT_EQ(run().result, "done");
  ASSERT_EQ(provider_.asked.size(), 2u) << "a task that is done is not asked once more";
  const std::vector<Turn>& turns = provider_.asked[1].turns;
  ASSERT_EQ(turns.size(), 4u);
  EXPECT_EQ(text_of(turns[3]), "The workspace says:\nkimi waits for your lock\n");
  const bool logged = std::ranges::any_of(host_.conversation, [](const Event& event) {
    return event.type == "conversation_turn" &&
           json::serialize(event.data).find("kimi waits for your lock") != std::string::npos;
  });
  EXPECT_TRUE(logged) << "the task remembers it";
}

TEST_F(AgentLoopSteeringTest, WhatIsSaidBeforeTheBeginningIsPartOfTheFirstCall) {
  steer("m_1", "one");
  steer("m_2", "two");
  provider_.say(done());
  EXPECT_EQ(run().result, "done");
  ASSERT_EQ(provider_.asked[0].turns.size(), 2u);
  const std::string text = text_of(provider_.asked[0].turns[1]);
  EXPECT_LT(text.find("one"), text.find("two"));
}

TEST_F(AgentLoopSteeringTest, NothingIsSaidTooLate) {
  // The model is just giving its last answer.
  say_after([this] { steer("m_1", "one more thing"); },
            answer(StopReason::kEndTurn, {TextBlock{"ready"}}));
  provider_.say(done());
  const Outcome outcome = run();
  EXPECT_EQ(outcome.state, Outcome::State::kSucceeded);
  EXPECT_EQ(outcome.result, "done");
  ASSERT_EQ(provider_.asked.size(), 2u);
  EXPECT_NE(text_of(provider_.asked[1].turns.back()).find("one more thing"), std::string::npos);
}

TEST_F(AgentLoopSteeringTest, WhatWasHeardIsRememberedAndNotHeardAgain) {
  steer("m_1", "mind the tests");
  say_after([this] { host_.pauses = true; }, reads({"a"}));
  EXPECT_EQ(run().state, Outcome::State::kCancelled);
  provider_.say(done());
  EXPECT_EQ(go_on().result, "done");
  const std::vector<Turn>& turns = provider_.asked.back().turns;
  ASSERT_EQ(turns.size(), 4u) << "the prompt, what was said, the call, its result";
  EXPECT_NE(text_of(turns[1]).find("mind the tests"), std::string::npos);
  int heard = 0;
  for (const Event& event : host_.conversation) heard += event.data.contains("heeds") ? 1 : 0;
  EXPECT_EQ(heard, 1);
}

TEST_F(AgentLoopSteeringTest, ACallOfTheModelEndsBeforeTheTaskStandsStill) {
  say_after([this] { host_.pauses = true; }, reads({"a", "b"}));
  EXPECT_EQ(run().state, Outcome::State::kCancelled);
  EXPECT_EQ(calls("started"), 0);
  EXPECT_EQ(host_.billed, 1u) << "what was answered is paid for and kept";
  provider_.say(done());
  EXPECT_EQ(go_on().result, "done");
  EXPECT_EQ(provider_.asked.size(), 2u) << "the answer was not asked for again";
  EXPECT_EQ(calls("finished"), 2);
}

TEST_F(AgentLoopSteeringTest, ATaskStandsStillBetweenTwoToolsAndNoneRunsTwice) {
  host_.on_read = [this] { host_.pauses = true; };
  provider_.say(reads({"a", "b", "c"}));
  EXPECT_EQ(run().state, Outcome::State::kCancelled);
  EXPECT_EQ(calls("finished"), 1);
  EXPECT_EQ(go_on().state, Outcome::State::kCancelled) << "paused again in the second";
  EXPECT_EQ(calls("finished"), 2);
  host_.on_read = nullptr;
  provider_.say(done());
  EXPECT_EQ(go_on().result, "done");
  EXPECT_EQ(calls("started"), 3);
  EXPECT_EQ(calls("finished"), 3);
}

TEST_F(AgentLoopSteeringTest, ATaskThatIsDoneDoesNotStandStill) {
  say_after([this] { host_.pauses = true; }, done());
  EXPECT_EQ(run().state, Outcome::State::kSucceeded);
}

}  // namespace
}  // namespace coditect::agents
