#include "agents/agent_loop.h"

#include <gtest/gtest.h>

#include <set>

#include "agents/agent_loop_fixture.h"
#include "base/limits.h"
#include "providers/request_bytes.h"
#include "providers/transcript_json.h"

namespace coditect::agents {
namespace {

using Kind = providers::ProviderError::Kind;
using providers::Block;
using providers::ModelAnswer;
using providers::StopReason;
using providers::TextBlock;
using providers::ToolResult;
using providers::Turn;

class AgentLoopTest : public AgentLoopFixture {};

TEST_F(AgentLoopTest, SaysWhatItWasAskedAndEndsWithTheAnswer) {
  provider_.say(answer(StopReason::kEndTurn, {TextBlock{"all"}, TextBlock{" done"}}));
  const Outcome outcome = run();
  EXPECT_EQ(outcome.state, Outcome::State::kSucceeded);
  EXPECT_EQ(outcome.result, "all done");
  ASSERT_EQ(provider_.asked.size(), 1u);
  const providers::ModelRequest& request = provider_.asked[0];
  EXPECT_EQ(request.model, "model-1");
  EXPECT_EQ(request.tools.size(), tools_.specs().size());
  EXPECT_NE(text_of(request.turns[0]).find("the context"), std::string::npos);
  EXPECT_TRUE(text_of(request.turns[0]).ends_with("do it"));
  ASSERT_EQ(host_.recorded.size(), 1u);
  EXPECT_EQ(host_.recorded[0].at("type"), "agent_message");
  EXPECT_EQ(host_.recorded[0].at("kind"), "answer");
  EXPECT_EQ(host_.recorded[0].at("from"), "agent:claude");
  EXPECT_EQ(host_.states, std::vector<std::string>{"executing"});
  EXPECT_EQ(host_.ends, std::vector<std::string>{"end_turn"});
  EXPECT_EQ(host_.billed, 1u);
}

TEST_F(AgentLoopTest, ToolResultsGoBackInOneTurnInTheOrderOfTheCalls) {
  provider_.say(answer(
      StopReason::kToolUse,
      {TextBlock{"looking"}, tool_call("x", "read_file", {{"path", "a"}}),
       tool_call("y", "read_file", {{"path", "missing"}}), tool_call("x", "no_such_tool", {}),
       tool_call("z", "read_file", {{"path", "b"}, {"surplus", 1}})}));
  provider_.say(answer(StopReason::kEndTurn, {TextBlock{"done"}}));
  EXPECT_EQ(run().state, Outcome::State::kSucceeded);
  ASSERT_EQ(provider_.asked.size(), 2u);
  const std::vector<Turn>& turns = provider_.asked[1].turns;
  ASSERT_EQ(turns.size(), 3u);
  EXPECT_EQ(turns[2].role, providers::Role::kUser);
  const struct {
    const char* call_id;
    providers::ToolOutcome outcome;
  } expected[] = {{"x", providers::ToolOutcome::kOk},
                  {"y", providers::ToolOutcome::kError},
                  {"x", providers::ToolOutcome::kError},
                  {"z", providers::ToolOutcome::kError}};
  ASSERT_EQ(turns[2].blocks.size(), std::size(expected));
  for (std::size_t i = 0; i < std::size(expected); ++i) {
    const auto& result = std::get<ToolResult>(turns[2].blocks[i]);
    EXPECT_EQ(result.call_id, expected[i].call_id) << i;
    EXPECT_EQ(result.outcome, expected[i].outcome) << i << result.output;
    EXPECT_FALSE(result.output.empty()) << i;
  }
  EXPECT_NE(std::get<ToolResult>(turns[2].blocks[0]).output.find("text of a"), std::string::npos);
  // Each call is logged when it starts and when it ends, before the next one.
  ASSERT_EQ(host_.recorded.size(), 10u);
  for (std::size_t i = 1; i < 9; i += 2) {
    EXPECT_EQ(host_.recorded[i].at("phase"), "started");
    EXPECT_EQ(host_.recorded[i + 1].at("phase"), "finished");
    EXPECT_EQ(host_.recorded[i].at("id"), host_.recorded[i + 1].at("id"));
  }
}

TEST_F(AgentLoopTest, IdsAreUniqueOverTurnsAndAttempts) {
  for (int attempt = 1; attempt <= 2; ++attempt) {
    for (int turn = 0; turn < 2; ++turn) {
      provider_.say(answer(StopReason::kToolUse,
                           {TextBlock{"looking"}, tool_call("x", "read_file", {{"path", "a"}})}));
    }
    provider_.say(answer(StopReason::kEndTurn, {TextBlock{"done"}}));
    EXPECT_EQ(run(attempt).state, Outcome::State::kSucceeded);
  }
  std::multiset<std::string> messages, calls;
  for (const json::object& data : host_.recorded) {
    (data.at("type") == "tool_call" ? calls : messages).insert(*find_string(data, "id"));
  }
  EXPECT_EQ(messages.size(), 6u);
  for (const std::string& id : messages) EXPECT_EQ(messages.count(id), 1u) << id;
  EXPECT_EQ(calls.size(), 8u);
  for (const std::string& id : calls) EXPECT_EQ(calls.count(id), 2u) << id;
}

TEST_F(AgentLoopTest, ALaterAttemptIsToldSo) {
  for (int attempt = 1; attempt <= 2; ++attempt) {
    provider_.say(answer(StopReason::kEndTurn, {TextBlock{"done"}}));
    (void)run(attempt);
  }
  EXPECT_EQ(text_of(provider_.asked[0].turns[0]).find("interrupted"), std::string::npos);
  EXPECT_NE(text_of(provider_.asked[1].turns[0]).find("interrupted"), std::string::npos);
}

TEST_F(AgentLoopTest, AStopEndsItBeforeTheNextStep) {
  stop_.request_stop();
  EXPECT_EQ(run().state, Outcome::State::kCancelled);
  EXPECT_TRUE(provider_.asked.empty());
}

TEST_F(AgentLoopTest, AStopBetweenToolsRunsNoMoreOfThem) {
  int reads = 0;
  host_.on_read = [&] {
    ++reads;
    stop_.request_stop();
  };
  provider_.say(answer(StopReason::kToolUse, {tool_call("x", "read_file", {{"path", "a"}}),
                                              tool_call("y", "read_file", {{"path", "b"}})}));
  EXPECT_EQ(run().state, Outcome::State::kCancelled);
  EXPECT_EQ(reads, 1);
  EXPECT_EQ(provider_.asked.size(), 1u);
  // What was started is also finished in the log.
  EXPECT_EQ(host_.recorded.size(), 2u);
}

TEST_F(AgentLoopTest, ACancelledCallIsACancelledTaskAndIsStillSettled) {
  provider_.script.push_back([](providers::StreamListener&) {
    auto error = providers::provider_error(providers::ProviderError::Kind::kCancelled, "stopped");
    error.billed.resize(1);
    return error;
  });
  EXPECT_EQ(run().state, Outcome::State::kCancelled);
  EXPECT_EQ(host_.billed, 1u);
}

TEST_F(AgentLoopTest, NotesRetriesAndForgetsWhatWasSaidBefore) {
  provider_.script.push_back([](providers::StreamListener& listener) {
    const auto error =
        providers::provider_error(providers::ProviderError::Kind::kOverloaded, "too busy");
    listener.on_text("half an ans");
    listener.on_retry({1, std::chrono::milliseconds(250), error});
    return answer(StopReason::kEndTurn, {TextBlock{"whole"}});
  });
  EXPECT_EQ(run().result, "whole");
  ASSERT_EQ(host_.retries.size(), 1u);
  EXPECT_TRUE(host_.retries[0].starts_with("1 250 ")) << host_.retries[0];
  EXPECT_EQ(host_.previews, (std::vector<std::string>{"half an ans", ""}));
}

TEST_F(AgentLoopTest, GoesOnAfterAnAnswerThatWasCutOff) {
  provider_.say(answer(StopReason::kMaxTokens, {TextBlock{"first"}}));
  provider_.say(answer(StopReason::kPause, {TextBlock{"second"}}));
  provider_.say(answer(StopReason::kEndTurn, {TextBlock{"third"}}));
  EXPECT_EQ(run().result, "third");
  ASSERT_EQ(provider_.asked.size(), 3u);
  EXPECT_EQ(provider_.asked[1].turns.size(), 3u);
  EXPECT_NE(text_of(provider_.asked[1].turns[2]).find("cut off"), std::string::npos);
  EXPECT_EQ(provider_.asked[2].turns.size(), 4u) << "a pause adds no words of the user";
}

TEST_F(AgentLoopTest, GivesUpOnWhatNeverEnds) {
  for (int i = 0; i < 10; ++i) provider_.say(answer(StopReason::kMaxTokens, {TextBlock{"more"}}));
  const Outcome cut = run();
  EXPECT_EQ(cut.state, Outcome::State::kFailed);
  EXPECT_EQ(cut.error.code, Errc::kLimit);
  EXPECT_EQ(provider_.asked.size(), 4u);

  provider_.asked.clear();
  provider_.script.clear();
  for (int i = 0; i <= limits::kAgentTurnsMax; ++i) read("file" + std::to_string(i));
  const Outcome busy = run();
  EXPECT_EQ(busy.error.code, Errc::kLimit);
  EXPECT_EQ(provider_.asked.size(), static_cast<std::size_t>(limits::kAgentTurnsMax));
}

TEST_F(AgentLoopTest, FailsWithWhatEndedIt) {
  const struct {
    StopReason stop;
    Errc code;
  } cases[] = {{StopReason::kRefusal, Errc::kDenied},
               {StopReason::kContentFilter, Errc::kDenied},
               {StopReason::kContextExceeded, Errc::kLimit}};
  for (const auto& c : cases) {
    ModelAnswer made = answer(c.stop, {TextBlock{"no"}});
    made.stop_detail = "because";
    provider_.say(made);
    const Outcome outcome = run();
    EXPECT_EQ(outcome.state, Outcome::State::kFailed);
    EXPECT_EQ(outcome.error.code, c.code);
    EXPECT_FALSE(outcome.error.hint.empty());
  }
}

TEST_F(AgentLoopTest, GoesOnWithTheNextModelForTheRestOfTheTask) {
  ScriptedProvider second;
  providers::ProviderError quota = provider_error(Kind::kQuota, "no credit");
  quota.billed.resize(2);
  provider_.say(answer(StopReason::kToolUse, {tool_call("c1", "read_file", {{"path", "a"}})}));
  provider_.script.push_back([quota](providers::StreamListener&) { return quota; });
  second.say(answer(StopReason::kToolUse, {tool_call("c2", "read_file", {{"path", "b"}})}));
  second.say(answer(StopReason::kEndTurn, {TextBlock{"done"}}));
  const Outcome outcome = run_with({{second, "model-2"}});
  EXPECT_EQ(outcome.state, Outcome::State::kSucceeded);
  EXPECT_EQ(outcome.result, "done");
  EXPECT_EQ(provider_.asked.size(), 2u);
  ASSERT_EQ(second.asked.size(), 2u);
  EXPECT_EQ(second.asked[0].model, "model-2");
  EXPECT_EQ(second.asked[0].turns.size(), 3u) << "with everything that was said so far";
  EXPECT_EQ(host_.settled,
            (std::vector<std::string>{"model-1: 1", "model-1: 2", "model-2: 1", "model-2: 1"}));
  std::vector<std::string> moves;
  for (const json::object& event : host_.recorded) {
    if (event.at("type") == "provider_failover") moves.push_back(json::serialize(event));
  }
  EXPECT_EQ(moves, (std::vector<std::string>{
                       R"({"agent":"claude","from":{"provider":"anthropic","model":"model-1"},)"
                       R"("to":{"provider":"anthropic","model":"model-2"},"kind":"quota",)"
                       R"("error":"quota: no credit","type":"provider_failover"})"}));
}

TEST_F(AgentLoopTest, WhatTheNextModelWouldRefuseTooEndsTheTask) {
  for (const Kind kind : {Kind::kInvalidRequest, Kind::kContextExceeded, Kind::kContentFilter}) {
    ScriptedProvider second;
    provider_.script.push_back(
        [kind](providers::StreamListener&) { return provider_error(kind, "no"); });
    EXPECT_EQ(run_with({{second, "model-2"}}).state, Outcome::State::kFailed);
    EXPECT_TRUE(second.asked.empty()) << to_string(kind);
  }
}

TEST_F(AgentLoopTest, WhenTheLastModelFailsTheTaskFailsWithItsError) {
  ScriptedProvider second;
  provider_.script.push_back(
      [](providers::StreamListener&) { return provider_error(Kind::kNetwork, "first"); });
  second.script.push_back(
      [](providers::StreamListener&) { return provider_error(Kind::kAuth, "second"); });
  const Outcome outcome = run_with({{second, "model-2"}});
  EXPECT_EQ(outcome.state, Outcome::State::kFailed);
  EXPECT_EQ(outcome.error.message, "auth: second");
}

TEST_F(AgentLoopTest, TheNextModelIsNotAskedWithoutMoney) {
  ScriptedProvider second;
  host_.reservations_left = 1;
  provider_.script.push_back(
      [](providers::StreamListener&) { return provider_error(Kind::kNetwork, "gone"); });
  EXPECT_EQ(run_with({{second, "model-2"}}).error.code, Errc::kBudget);
  EXPECT_TRUE(second.asked.empty());
}

TEST_F(AgentLoopTest, ShowsThatItWaits) {
  provider_.script.push_back([](providers::StreamListener& listener) {
    listener.on_wait({"vendor: the rate limit was reached", std::chrono::milliseconds{2500}});
    listener.on_resume();
    return answer(StopReason::kEndTurn, {TextBlock{"x"}});
  });
  run();
  EXPECT_EQ(host_.states, (std::vector<std::string>{"executing", "waiting", "executing"}));
  EXPECT_EQ(host_.reasons[1], "vendor: the rate limit was reached, about 3 s");
}

TEST_F(AgentLoopTest, WithoutMoneyTheModelIsNotAsked) {
  host_.reservations_left = 1;
  provider_.say(answer(StopReason::kToolUse, {tool_call("x", "read_file", {{"path", "a"}})}));
  const Outcome outcome = run();
  EXPECT_EQ(outcome.state, Outcome::State::kFailed);
  EXPECT_EQ(outcome.error.code, Errc::kBudget);
  EXPECT_EQ(provider_.asked.size(), 1u);
}

TEST_F(AgentLoopTest, AsksForNoMoreThanWasReserved) {
  host_.output_tokens_max = 3'000;
  provider_.say(answer(StopReason::kEndTurn, {TextBlock{"done"}}));
  EXPECT_EQ(run().state, Outcome::State::kSucceeded);
  EXPECT_GT(host_.sizes.at(0).output_tokens, 3'000);
  EXPECT_EQ(provider_.asked.at(0).max_output_tokens, 3'000);
}

TEST_F(AgentLoopTest, ReservesForTheWordsThatTheVendorHasNotCountedYet) {
  ModelAnswer looks = answer(StopReason::kToolUse, {tool_call("x", "read_file", {{"path", "a"}})});
  looks.prompt_tokens = 500;
  provider_.say(looks);
  provider_.say(answer(StopReason::kEndTurn, {TextBlock{"done"}}));
  EXPECT_EQ(run().state, Outcome::State::kSucceeded);
  ASSERT_EQ(host_.sizes.size(), 2u);
  const std::int64_t first = providers::request_bytes(provider_.asked[0]);
  const std::int64_t second = providers::request_bytes(provider_.asked[1]);
  EXPECT_GE(host_.sizes[0].prompt_tokens, first);
  EXPECT_EQ(host_.sizes[1].prompt_tokens, 500 + second - first);
}

TEST_F(AgentLoopTest, CountsTheRequestsOfWhichItDidNotHearTheEnd) {
  provider_.script.push_back([](providers::StreamListener& listener) {
    auto refused = providers::provider_error(Kind::kOverloaded, "too busy");
    refused.http_status = 529;
    listener.on_retry({1, std::chrono::milliseconds(1), refused});
    listener.on_retry(
        {2, std::chrono::milliseconds(1), providers::provider_error(Kind::kNetwork, "cut")});
    return providers::provider_error(Kind::kTimeout, "silence");
  });
  EXPECT_EQ(run().state, Outcome::State::kFailed);
  EXPECT_EQ(host_.unheard, std::vector<int>{2});
}

TEST_F(AgentLoopTest, AFurtherRequestThatCannotBePaidForWaitsItsTurn) {
  host_.further_left = 0;
  provider_.script.push_back([](providers::StreamListener& listener) {
    listener.on_retry(
        {1, std::chrono::milliseconds(1), providers::provider_error(Kind::kNetwork, "cut")});
    return answer(StopReason::kEndTurn, {TextBlock{"never paid for"}});
  });
  provider_.script.push_back([](providers::StreamListener& listener) {
    listener.on_continuation();
    return answer(StopReason::kEndTurn, {TextBlock{"nor this"}});
  });
  provider_.say(answer(StopReason::kEndTurn, {TextBlock{"done"}}));
  const Outcome outcome = run();
  EXPECT_EQ(outcome.result, "done");
  EXPECT_EQ(host_.sizes.size(), 3u) << "each time the money is reserved anew";
  EXPECT_EQ(host_.unheard, (std::vector<int>{1, 0, 0}));
}

TEST_F(AgentLoopTest, AFailingLogEndsItBeforeAnyToolRuns) {
  host_.log_fails = true;
  host_.on_read = [] { ADD_FAILURE() << "a tool ran that is not in the log"; };
  provider_.say(answer(StopReason::kToolUse, {tool_call("x", "read_file", {{"path", "a"}})}));
  const Outcome outcome = run();
  EXPECT_EQ(outcome.state, Outcome::State::kFailed);
  EXPECT_EQ(outcome.error.code, Errc::kUnavailable);
}

/// A task of three answers that is interrupted after any of its events.
class InterruptedLoopTest : public AgentLoopTest {
 protected:
  /// Runs what is left after the first `kept` of `events`. Returns all its events.
  std::vector<Event> go_on(const std::vector<Event>& events, std::size_t kept) {
    host_.conversation.assign(events.begin(), events.begin() + static_cast<std::ptrdiff_t>(kept));
    std::size_t answers = 0;
    for (const Event& event : host_.conversation) answers += event.data.contains("stop") ? 1 : 0;
    if (kept > 0) {
      host_.conversation.emplace_back();
      host_.conversation.back().type = "task_requeued";
    }
    provider_.asked.clear();
    provider_.script.clear();
    if (answers < 1) {
      provider_.say(answer(StopReason::kToolUse, {providers::Reasoning{"hm"}, TextBlock{"looking"},
                                                  tool_call("x", "read_file", {{"path", "a"}}),
                                                  tool_call("y", "read_file", {{"path", "b"}})}));
    }
    if (answers < 2) provider_.say(answer(StopReason::kMaxTokens, {TextBlock{"so"}}));
    if (answers < 3) provider_.say(answer(StopReason::kEndTurn, {TextBlock{"done"}}));
    EXPECT_EQ(run(kept > 0 ? 2 : 1).result, "done");
    EXPECT_EQ(provider_.asked.size(), 3 - answers);
    host_.conversation.pop_back();  // it is interrupted before its end
    return host_.conversation;
  }
  std::string last_prompt() const {
    std::string turns;
    if (provider_.asked.empty()) return turns;
    for (const Turn& turn : provider_.asked.back().turns) {
      turns += json::serialize(to_json(turn)) + "\n";
    }
    return turns;
  }
  static int count(const std::vector<Event>& events, std::string_view type,
                   std::string_view phase) {
    return static_cast<int>(std::ranges::count_if(events, [&](const Event& event) {
      return event.type == type && find_string(event.data, "phase").value_or("") == phase;
    }));
  }
};

TEST_F(InterruptedLoopTest, GoesOnWhereItWas) {
  const std::vector<Event> whole = go_on({}, 0);
  const std::string prompt = last_prompt();
  ASSERT_EQ(std::ranges::count(prompt, '\n'), 5);
  for (std::size_t kept = 1; kept <= whole.size(); ++kept) {
    const std::vector<Event> once = go_on(whole, kept);
    EXPECT_TRUE(last_prompt().empty() || last_prompt() == prompt) << kept << last_prompt();
    for (std::size_t again = kept + 1; again <= once.size(); ++again) {
      const std::vector<Event> twice = go_on(once, again);
      EXPECT_TRUE(last_prompt().empty() || last_prompt() == prompt) << kept << " " << again;
      // Nothing is said twice, and what was done is not done again.
      EXPECT_EQ(count(twice, "agent_message", ""), 3) << kept << " " << again;
      EXPECT_EQ(count(twice, "tool_call", "finished"), 2) << kept << " " << again;
    }
  }
}

TEST_F(InterruptedLoopTest, ACallThatTheClosingCutsOffIsMadeAgain) {
  provider_.say(answer(StopReason::kToolUse, {tool_call("x", "read_file", {{"path", "missing"}})}));
  host_.closes = true;
  host_.on_read = [this] { stop_.request_stop(); };
  EXPECT_EQ(run().state, Outcome::State::kCancelled);
  EXPECT_EQ(count(host_.conversation, "tool_call", "started"), 1);
  EXPECT_EQ(count(host_.conversation, "tool_call", "finished"), 0);
}

TEST_F(InterruptedLoopTest, ACallThatAPersonCancelsIsFinished) {
  provider_.say(answer(StopReason::kToolUse, {tool_call("x", "read_file", {{"path", "missing"}})}));
  host_.on_read = [this] { stop_.request_stop(); };
  EXPECT_EQ(run().state, Outcome::State::kCancelled);
  EXPECT_EQ(count(host_.conversation, "tool_call", "finished"), 1);
}

}  // namespace
}  // namespace coditect::agents
