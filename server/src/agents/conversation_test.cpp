#include "agents/conversation.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace coditect::agents {
namespace {

using providers::Role;
using providers::StopReason;
using providers::TextBlock;
using providers::ToolCall;
using providers::ToolResult;
using providers::Turn;

class ConversationTest : public ::testing::Test {
 protected:
  void add(std::string type, json::object data, std::string actor = "agent:claude") {
    Event event;
    event.seq = ++seq_;
    event.type = std::move(type);
    event.actor = std::move(actor);
    event.data = std::move(data);
    told_.add(event);
  }
  void user(std::string text, bool begins = false) {
    const Turn turn{Role::kUser, {TextBlock{std::move(text)}}};
    add("conversation_turn", Conversation::turns_event("claude", {turn}, {.begins = begins}));
  }
  void calls(std::vector<std::string> tools) {
    Turn turn{Role::kAssistant, {TextBlock{"looking"}}};
    for (const std::string& tool : tools) {
      turn.blocks.push_back(ToolCall{"id_" + tool, tool, {{"path", "a"}}});
    }
    add("conversation_turn",
        Conversation::turns_event("claude", {turn}, {.stop = StopReason::kToolUse}));
  }
  void started(std::string tool) {
    add("tool_call", {{"tool", tool}, {"phase", "started"}, {"input", json::object()}});
  }
  void finished(std::string tool, std::string output, bool ok = true) {
    add("tool_call", {{"tool", tool}, {"phase", "finished"}, {"ok", ok}, {"output", output}});
  }
  Remembered take() { return std::move(told_).take(); }

 private:
  Conversation told_;
  Sequence seq_ = 0;
};

TEST_F(ConversationTest, ResultsOfToolsComeBetweenTheTurns) {
  user("do it", true);
  calls({"read_file", "write_file"});
  started("read_file");
  finished("read_file", "text of a");
  started("write_file");
  finished("write_file", "it has changed", false);
  calls({"read_file"});
  const Remembered known = take();
  ASSERT_EQ(known.turns.size(), 3u);
  EXPECT_EQ(std::get<TextBlock>(known.turns[0].blocks[0]).text, "do it");
  EXPECT_EQ(known.turns[1].role, Role::kAssistant);
  ASSERT_EQ(known.turns[2].blocks.size(), 2u);
  const auto& read = std::get<ToolResult>(known.turns[2].blocks[0]);
  EXPECT_EQ(read.call_id + " " + read.output, "id_read_file text of a");
  EXPECT_EQ(std::get<ToolResult>(known.turns[2].blocks[1]).outcome, providers::ToolOutcome::kError);
  ASSERT_TRUE(known.answer.has_value());
  EXPECT_EQ(known.answer->stop, StopReason::kToolUse);
  EXPECT_TRUE(known.calls.empty());
}

TEST_F(ConversationTest, ACallThatWasInterruptedIsMadeAgainOnlyWhereTheLogHasNoEffect) {
  const struct {
    const char* tool;
    bool changed;
    bool again;
    const char* output;
  } cases[] = {{"read_file", false, true, ""},
               {"edit_file", false, true, ""},
               {"edit_file", true, false, "Done before the server stopped: a.txt, version "},
               {"write_file", true, false, "Done before the server stopped: a.txt, version "},
               {"run_command", false, false, "The server stopped"},
               {"run_command", true, false, "The server stopped"},
               {"delegate_task", false, true, ""}};
  for (const auto& each : cases) {
    user("do it", true);
    calls({"read_file", each.tool, "search"});
    started("read_file");
    finished("read_file", "seen");
    started(each.tool);
    add("file_edit", {{"path", "other.txt"}}, "process:outside");
    if (each.changed) add("file_edit", {{"path", "a.txt"}});
    const Remembered known = take();
    ASSERT_TRUE(known.answer.has_value()) << each.tool;
    ASSERT_EQ(known.calls.size(), 2u) << each.tool;
    EXPECT_EQ(known.calls[0].output, "seen");
    EXPECT_EQ(known.calls[1].again, each.again) << each.tool;
    EXPECT_TRUE(known.calls[1].output.starts_with(each.output)) << known.calls[1].output;
    EXPECT_EQ(known.calls[1].ok, each.changed && std::string(each.tool) != "run_command");
    EXPECT_EQ(known.calls[1].output.empty(), each.again);
  }
}

TEST_F(ConversationTest, ACallThatNobodyHadAllowedIsMadeAgain) {
  for (const bool allowed : {false, true}) {
    user("do it", true);
    calls({"run_command"});
    started("run_command");
    add("approval_requested", {{"id", "a_1"}});
    if (allowed) add("approval_answered", {{"id", "a_1"}, {"decision", "allow"}}, "user:owner");
    add("approval_expired", {{"id", "a_2"}, {"decision", allowed ? "allow" : "deny"}}, "system");
    const Remembered known = take();
    ASSERT_EQ(known.calls.size(), 1u);
    EXPECT_EQ(known.calls[0].again, !allowed);
  }
}

TEST_F(ConversationTest, AnAttemptAfterAnotherAddsToTheCallsThatItNeedNotMake) {
  user("do it", true);
  calls({"run_command", "read_file", "search"});
  started("run_command");
  add("task_requeued", {{"attempt", 2}}, "system");
  started("read_file");
  add("task_requeued", {{"attempt", 3}}, "system");
  started("read_file");
  finished("read_file", "seen");
  const Remembered known = take();
  ASSERT_EQ(known.calls.size(), 2u);
  EXPECT_TRUE(known.calls[0].output.starts_with("The server stopped"));
  EXPECT_EQ(known.calls[1].output, "seen");
}

TEST_F(ConversationTest, WhatWasSaidIsNotSaidTwice) {
  user("do it", true);
  calls({"read_file"});
  add("agent_message", {{"text", "looking"}});
  EXPECT_EQ(take().messages, 1u);
}

TEST_F(ConversationTest, ATaskThatHadEndedBeginsAnew) {
  user("do it", true);
  calls({"read_file"});
  add("task_finished", {{"state", "failed"}}, "system");
  EXPECT_TRUE(take().turns.empty());
}

TEST_F(ConversationTest, ANewBeginningTakesThePlaceOfTheOld) {
  user("do it", true);
  calls({"read_file"});
  user("in short: it was looked at", true);
  const Remembered known = take();
  ASSERT_EQ(known.turns.size(), 1u);
  EXPECT_EQ(std::get<TextBlock>(known.turns[0].blocks[0]).text, "in short: it was looked at");
  EXPECT_FALSE(known.answer.has_value());
}

TEST_F(ConversationTest, ALogWithoutTurnsOrWithBrokenOnesIsNotRemembered) {
  started("read_file");
  finished("read_file", "seen");
  EXPECT_TRUE(take().turns.empty());
  user("do it", true);
  add("conversation_turn", {{"turns", json::array{json::object{{"role", "assistant"}}}}});
  user("go on");
  EXPECT_TRUE(take().turns.empty());
}

TEST_F(ConversationTest, WhatDoesNotBeginWithAPromptIsNotRemembered) {
  user("go on");
  EXPECT_TRUE(take().turns.empty()) << "nothing began";
  for (const Turn& first : {Turn{Role::kUser, {}}, Turn{Role::kAssistant, {TextBlock{"I"}}}}) {
    add("conversation_turn", Conversation::turns_event("claude", {first}, {.begins = true}));
    user("go on");
    EXPECT_TRUE(take().turns.empty());
  }
  user("do it", true);
  EXPECT_EQ(take().turns.size(), 1u);
}

}  // namespace
}  // namespace coditect::agents
