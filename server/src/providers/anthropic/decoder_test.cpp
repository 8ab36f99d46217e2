// What few recordings show: the rarer ends of an answer, and what breaks the protocol.
#include "providers/anthropic/decoder.h"

#include <gtest/gtest.h>

#include "providers/anthropic/dialect.h"
#include "providers/testing/decoded.h"

namespace coditect::providers {
namespace {

std::string tool_block(std::string_view input) {
  return R"({"type":"content_block_delta","index":0,)"
         R"("delta":{"type":"input_json_delta","partial_json":")" +
         std::string(input) + "\"}}";
}
std::string anthropic_stop(std::string_view reason) {
  return R"({"type":"message_delta","delta":{"stop_reason":")" + std::string(reason) + "\"}}";
}
constexpr const char* kToolStart =
    R"({"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"t","name":"n","input":{}}})";
constexpr const char* kMessageStop = R"({"type":"message_stop"})";

TEST(AnthropicDecoder, Ends) {
  const DecoderCase cases[] = {
      {"nothing", {}, "error network again"},
      {"no message_stop", {anthropic_stop("end_turn")}, "error network again"},
      {"pause", {anthropic_stop("pause_turn"), kMessageStop}, "pause"},
      {"window",
       {anthropic_stop("model_context_window_exceeded"), kMessageStop},
       "context_exceeded"},
      {"stop sequence", {anthropic_stop("stop_sequence"), kMessageStop}, "stop_sequence"},
      {"a reason nobody knows", {anthropic_stop("new"), kMessageStop}, "end_turn"},
      {"a call without input",
       {kToolStart, anthropic_stop("tool_use"), kMessageStop},
       "tool_use | call t n {}"},
      {"a call in pieces",
       {kToolStart, tool_block("{\\\"a\\\""), tool_block(":1}"), anthropic_stop("tool_use"),
        kMessageStop},
       "tool_use | call t n {\"a\":1}"},
      {"a call cut off",
       {kToolStart, tool_block("{\\\"a"), anthropic_stop("max_tokens"), kMessageStop},
       "max_tokens"},
      {"a call cut off before its input",
       {kToolStart, anthropic_stop("max_tokens"), kMessageStop},
       "max_tokens"},
      {"a call complete before the cut",
       {kToolStart, tool_block("{\\\"a\\\":1}"), anthropic_stop("max_tokens"), kMessageStop},
       "max_tokens | call t n {\"a\":1}"},
      {"a call with broken input",
       {kToolStart, tool_block("{\\\"a"), anthropic_stop("tool_use"), kMessageStop},
       "error malformed again"},
      {"input that is no object",
       {kToolStart, tool_block("[1]"), anthropic_stop("tool_use"), kMessageStop},
       "error malformed again"},
      {"a delta without its block", {tool_block("{}")}, "error malformed again"},
      {"unknown events and deltas",
       {R"({"type":"new_event"})",
        R"({"type":"content_block_start","index":0,"content_block":{"type":"text","text":"a"}})",
        R"({"type":"content_block_delta","index":0,"delta":{"type":"new_delta","x":1}})",
        anthropic_stop("end_turn"), kMessageStop},
       "end_turn | text: a"},
      {"a block of a new kind comes back",
       {R"({"type":"content_block_start","index":0,"content_block":{"type":"compaction","content":null}})",
        R"({"type":"content_block_delta","index":0,"delta":{"type":"compaction_delta","content":"sum"}})",
        anthropic_stop("end_turn"), kMessageStop},
       "end_turn | opaque <- {\"type\":\"compaction\",\"content\":\"sum\"}"},
  };
  for (const DecoderCase& test : cases) {
    EXPECT_EQ(outcome(decode(AnthropicDialect(), test.payloads)), test.expected) << test.name;
  }
}

std::string anthropic_start(int index, std::string_view block) {
  return R"({"type":"content_block_start","index":)" + std::to_string(index) +
         R"(,"content_block":)" + std::string(block) + "}";
}
std::string anthropic_delta(int index, std::string_view delta) {
  return R"({"type":"content_block_delta","index":)" + std::to_string(index) + R"(,"delta":)" +
         std::string(delta) + "}";
}

TEST(AnthropicDecoder, WhatOtherRecordingsShow) {
  const std::string thought = anthropic_start(0, R"({"type":"thinking","thinking":"t"})");
  const DecoderCase cases[] = {
      {"a message whole from its start",
       {R"({"type":"message_start","message":{"id":"m","content":[{"type":"text","text":"a"},
            {"type":"tool_use","id":"t","name":"n","input":{"b":1}}],"stop_reason":"tool_use"}})",
        kMessageStop},
       "tool_use | text: a | call t n {\"b\":1}"},
      {"a message that was not streamed",
       {R"({"type":"message","id":"m","content":[{"type":"text","text":"a"}],
            "stop_reason":"end_turn","usage":{"input_tokens":1}})"},
       "end_turn | text: a"},
      {"a call with a caller comes back with it",
       {anthropic_start(0, R"({"type":"tool_use","id":"t","name":"n","input":{"a":1},
                               "caller":{"type":"direct"}})"),
        anthropic_stop("tool_use"), kMessageStop},
       R"(tool_use | call t n {"a":1} <- {"type":"tool_use","id":"t","name":"n","input":{"a":1},)"
       R"("caller":{"type":"direct"}})"},
      {"text with citations comes back with them",
       {anthropic_start(0, R"({"type":"text","text":"","citations":[]})"),
        anthropic_delta(0, R"({"type":"citations_delta","citation":{"url":"u"}})"),
        anthropic_delta(0, R"({"type":"text_delta","text":"a"})"), anthropic_stop("end_turn"),
        kMessageStop},
       R"(end_turn | text: a <- {"type":"text","text":"a","citations":[{"url":"u"}]})"},
      {"thoughts cut off before they led anywhere",
       {thought, anthropic_stop("max_tokens"), kMessageStop},
       "max_tokens"},
      {"thoughts of a paused turn stay",
       {thought, anthropic_stop("pause_turn"), kMessageStop},
       R"(pause | reasoning: t <- {"type":"thinking","thinking":"t"})"},
      {"a refusal in the middle of a call",
       {kToolStart, tool_block("{\\\"a"), anthropic_stop("refusal"), kMessageStop},
       "refusal"},
      {"a full window in the middle of a call",
       {kToolStart, anthropic_stop("model_context_window_exceeded"), kMessageStop},
       "context_exceeded"},
  };
  for (const DecoderCase& test : cases) {
    EXPECT_EQ(outcome(decode(AnthropicDialect(), test.payloads)), test.expected) << test.name;
  }
}

TEST(AnthropicDecoder, AFallbackInTheMiddleOfAnAnswer) {
  const auto answer = decode(
      AnthropicDialect(),
      {R"({"type":"message_start","message":{"model":"big","usage":{"input_tokens":10}}})",
       anthropic_start(0, R"({"type":"thinking","thinking":"a","signature":"A"})"),
       anthropic_start(1, R"({"type":"fallback","from":{"model":"big"},"to":{"model":"small"}})"),
       anthropic_start(2, R"({"type":"thinking","thinking":"b","signature":"B"})"),
       anthropic_start(3, R"({"type":"tool_use","id":"t","name":"n","input":{"a":1}})"),
       R"({"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":70,
           "iterations":[{"type":"message","model":"big","input_tokens":10,"output_tokens":40},
                         {"type":"fallback_message","model":"small","input_tokens":12,
                          "output_tokens":30}]}})",
       kMessageStop});
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->turn.blocks.size(), 4u);
  EXPECT_EQ(answer->model, "small");
  EXPECT_EQ(answer->usage(), (Usage{.input = 22, .output = 70}));
  EXPECT_EQ(answer->prompt_tokens, 12);
  ASSERT_EQ(answer->billed.size(), 2u);
  EXPECT_EQ(answer->billed[0].model, "big");
  EXPECT_EQ(answer->billed[1].model, "small");
}

TEST(AnthropicDecoder, WhereItWasServedWhatItLookedUpAndWhatStoppedIt) {
  const auto answer = decode(
      AnthropicDialect(),
      {R"({"type":"message_start","message":{"usage":{"input_tokens":43,"inference_geo":"us"}}})",
       R"({"type":"message_delta","delta":{"stop_reason":"stop_sequence","stop_sequence":"END"},
           "usage":{"input_tokens":61,"output_tokens":2,
                    "server_tool_use":{"web_search_requests":3}}})",
       kMessageStop});
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->stop_detail, "END");
  EXPECT_EQ(answer->prompt_tokens, 61);  // raised after the start: the last count holds
  ASSERT_EQ(answer->billed.size(), 1u);
  EXPECT_EQ(answer->billed[0].region, "us");
  EXPECT_EQ(answer->billed[0].web_searches, 3);
}

TEST(AnthropicDecoder, CompactionOnTheServerIsBilledToo) {
  const auto answer = decode(
      AnthropicDialect(),
      {R"({"type":"message_start","message":{"id":"m","model":"claude-x","usage":{"input_tokens":1,"service_tier":"standard"}}})",
       R"({"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"input_tokens":612,"output_tokens":40,
           "iterations":[{"type":"compaction","input_tokens":60385,"output_tokens":522},
                         {"type":"message","input_tokens":612,"output_tokens":40}]}})",
       kMessageStop});
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->usage(), (Usage{.input = 60'997, .output = 562}));
  EXPECT_EQ(answer->billed.size(), 2u);
  EXPECT_EQ(answer->billed[0].model, "claude-x");
  EXPECT_EQ(answer->prompt_tokens, 612);
}

TEST(AnthropicDecoder, CacheWritesByLifetimeAndFastMode) {
  const auto answer = decode(
      AnthropicDialect(),
      {R"({"type":"message_start","message":{"model":"claude-x","usage":{"input_tokens":5,"cache_creation_input_tokens":30,
           "cache_creation":{"ephemeral_5m_input_tokens":10,"ephemeral_1h_input_tokens":20},"speed":"fast"}}})",
       R"({"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":9,"output_tokens_details":{"thinking_tokens":4}}})",
       kMessageStop});
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->usage(), (Usage{.input = 5,
                                    .cache_write_short = 10,
                                    .cache_write_long = 20,
                                    .output = 9,
                                    .reasoning = 4}));
  EXPECT_EQ(answer->billed[0].service_tier, "fast");
}

}  // namespace
}  // namespace coditect::providers
