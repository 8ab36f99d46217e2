// What no recording shows: the rarer ends of an answer, and what breaks the protocol.
#include <gtest/gtest.h>

#include "providers/anthropic/dialect.h"
#include "providers/gemini/dialect.h"
#include "providers/moonshot/dialect.h"
#include "providers/openai/dialect.h"
#include "providers/testing/heard.h"

namespace coditect::providers {
namespace {

using Payloads = std::vector<std::string>;

ProviderResult<ModelAnswer> decode(const Dialect& dialect, const Payloads& payloads) {
  Heard heard;
  const ModelRequest request{.model = "asked"};
  const auto decoder = dialect.decoder(request);
  for (const std::string& payload : payloads) {
    if (auto taken = decoder->take({"", payload}, heard); !taken) return taken.error();
  }
  return decoder->finish();
}

std::string outcome(const ProviderResult<ModelAnswer>& answer) {
  if (!answer) {
    return "error " + std::string(to_string(answer.error().kind)) +
           (answer.error().retryable ? " again" : "");
  }
  std::string text(to_string(answer->stop));
  for (const std::string& line : describe(answer->turn)) text += " | " + line;
  return text;
}

struct Case {
  const char* name;
  Payloads payloads;
  const char* expected;
};

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
  const Case cases[] = {
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
  for (const Case& test : cases) {
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
  const Case cases[] = {
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
  for (const Case& test : cases) {
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

std::string gemini_end(std::string_view reason) {
  return R"({"responseId":"r","candidates":[{"finishReason":")" + std::string(reason) + "\"}]}";
}
std::string gemini_part(std::string_view part) {
  return R"({"responseId":"r","candidates":[{"content":{"parts":[)" + std::string(part) + "]}}]}";
}
std::string gemini_call(std::string_view call) {
  return gemini_part(R"({"functionCall":)" + std::string(call) + "}");
}

TEST(GeminiDecoder, Ends) {
  const Case cases[] = {
      {"nothing", {}, "error network again"},
      {"no finishReason", {gemini_part(R"({"text":"a"})")}, "error network again"},
      {"stop", {gemini_part(R"({"text":"a"})"), gemini_end("STOP")}, "end_turn | text: a"},
      {"a blocked prompt", {R"({"promptFeedback":{"blockReason":"SAFETY"}})"}, "content_filter"},
      {"safety", {gemini_end("SAFETY")}, "content_filter"},
      {"length", {gemini_end("MAX_TOKENS")}, "max_tokens"},
      {"continuation without a token", {gemini_end("CONTINUATION")}, "max_tokens"},
      {"nonsense", {gemini_end("MALFORMED_FUNCTION_CALL")}, "error malformed again"},
      {"the vendor's id",
       {gemini_call(R"({"id":"i","name":"n","args":{"a":1}})"), gemini_end("STOP")},
       "tool_use | call i n {\"a\":1} <- {\"id\":\"i\"}"},
      {"parallel calls, one signed",
       {R"({"responseId":"r","candidates":[{"content":{"parts":[
            {"functionCall":{"name":"n"},"thoughtSignature":"S"},{"functionCall":{"name":"m"}}]}}]})",
        gemini_end("STOP")},
       "tool_use | call call_r_0 n {} <- {\"thoughtSignature\":\"S\"} | call call_r_1 m {}"},
      {"a call without a name", {gemini_call("{}")}, "error malformed again"},
      {"a call that is none", {gemini_part(R"({"functionCall":7})")}, "error malformed again"},
      {"thoughts",
       {gemini_part(R"({"text":"t","thought":true})"), gemini_part(R"({"text":"a"})"),
        gemini_end("STOP")},
       "end_turn | reasoning: t | text: a"},
      {"a part of a new kind",
       {gemini_part(R"({"newThing":1})"), gemini_end("STOP")},
       "end_turn | opaque <- {\"newThing\":1}"},
      {"a call cut off",
       {gemini_call(R"({"name":"n","willContinue":true})"), gemini_end("MAX_TOKENS")},
       "max_tokens"},
  };
  for (const Case& test : cases) {
    EXPECT_EQ(outcome(decode(GeminiDialect(), test.payloads)), test.expected) << test.name;
  }
}

TEST(GeminiDecoder, WhatOtherRecordingsShow) {
  const std::string part = R"({"candidates":[{"content":{"parts":[{"text":"a"}]}}]})";
  const std::string open =
      gemini_call(R"({"name":"n","partialArgs":[{"jsonPath":"$.a","numberValue":1}],)"
                  R"("willContinue":true})");
  const Case cases[] = {
      {"an array of chunks, as without server-sent events",
       {"[" + part + ",\r\n" + gemini_end("STOP") + "]"},
       "end_turn | text: a"},
      {"an array that holds a failure",
       {R"([{"error":{"code":503,"status":"UNAVAILABLE","message":"later"}}])"},
       "error overloaded again"},
      {"an array of anything", {"[7]"}, "error malformed again"},
      {"half an array", {"[{}"}, "error malformed again"},
      {"a call whose end is not announced",
       {open, gemini_part(R"({"text":""})"), gemini_end("STOP")},
       "tool_use | call call_r_0 n {\"a\":1}"},
      {"text after such a call",
       {open, gemini_part(R"({"text":"b"})"), gemini_end("MAX_TOKENS")},
       "max_tokens | call call_r_0 n {\"a\":1} | text: b"},
      {"a blocked prompt with its usage",
       {R"({"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"},
            "usageMetadata":{"promptTokenCount":9}})"},
       "content_filter"},
  };
  for (const Case& test : cases) {
    EXPECT_EQ(outcome(decode(GeminiDialect(), test.payloads)), test.expected) << test.name;
  }
}

TEST(GeminiDecoder, SearchesByTheVendorAreInput) {
  const auto answer =
      decode(GeminiDialect(),
             {gemini_part(R"({"text":"a"})"),
              R"({"candidates":[{"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":12,
           "candidatesTokenCount":71,"cachedContentTokenCount":4,"toolUsePromptTokenCount":65,
           "thoughtsTokenCount":89,"totalTokenCount":237,"serviceTier":"flex"}})"});
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->usage(), (Usage{.input = 73, .cached = 4, .output = 160, .reasoning = 89}));
  EXPECT_EQ(answer->billed[0].service_tier, "flex");
}

struct PathCase {
  const char* name;
  const char* pieces;
  const char* expected;
};

TEST(GeminiDecoder, ArgumentsInPieces) {
  const PathCase cases[] = {
      {"kinds",
       R"({"jsonPath":"$.n","numberValue":1.5},{"jsonPath":"$.b","boolValue":true},{"jsonPath":"$.z","nullValue":"NULL_VALUE"})",
       R"(tool_use | call call_r_0 f {"n":1.5E0,"b":true,"z":null})"},
      {"nested", R"({"jsonPath":"$.a.b[1]['c d']","stringValue":"x"})",
       R"(tool_use | call call_r_0 f {"a":{"b":[null,{"c d":"x"}]}})"},
      {"a string in pieces",
       R"({"jsonPath":"$.s","stringValue":"a","willContinue":true},{"jsonPath":"$.s","stringValue":"b"})",
       R"(tool_use | call call_r_0 f {"s":"ab"})"},
      {"a second string replaces",
       R"({"jsonPath":"$.s","stringValue":"a"},{"jsonPath":"$.s","stringValue":"b"})",
       R"(tool_use | call call_r_0 f {"s":"b"})"},
      {"no path", R"({"stringValue":"x"})", "error malformed again"},
      {"the root", R"({"jsonPath":"$","stringValue":"x"})", "error malformed again"},
      {"an index at the root", R"({"jsonPath":"$[0]","stringValue":"x"})", "error malformed again"},
      {"a huge index", R"({"jsonPath":"$.a[99999999]","stringValue":"x"})",
       "error malformed again"},
      {"a negative index", R"({"jsonPath":"$.a[-1]","stringValue":"x"})", "error malformed again"},
      {"an open bracket", R"({"jsonPath":"$.a[0","stringValue":"x"})", "error malformed again"},
      {"an empty step", R"({"jsonPath":"$..a","stringValue":"x"})", "error malformed again"},
      {"into a string",
       R"({"jsonPath":"$.a","stringValue":"x"},{"jsonPath":"$.a.b","stringValue":"y"})",
       "error malformed again"},
      {"not an object", "7", "error malformed again"},
  };
  for (const PathCase& test : cases) {
    const std::string call = R"({"name":"f","partialArgs":[)" + std::string(test.pieces) + "]}";
    EXPECT_EQ(outcome(decode(GeminiDialect(), {gemini_call(call), gemini_end("STOP")})),
              test.expected)
        << test.name;
  }
}

std::string openai_end(std::string_view type, std::string_view fields) {
  return R"({"type":")" + std::string(type) + R"(","response":{"id":"r","model":"m",)" +
         std::string(fields) + "}}";
}
std::string openai_item(int index, std::string_view item) {
  return R"({"type":"response.output_item.done","output_index":)" + std::to_string(index) +
         R"(,"item":)" + std::string(item) + "}";
}
const std::string kCompleted = openai_end("response.completed", R"("status":"completed")");
const std::string kCutShort =
    openai_end("response.incomplete",
               R"("status":"incomplete","incomplete_details":{"reason":"max_output_tokens"})");

TEST(OpenAiDecoder, Ends) {
  const std::string call =
      R"({"type":"function_call","call_id":"c","name":"n","arguments":"{\"a\":1}"})";
  const std::string reasoning = R"({"type":"reasoning","id":"rs"})";
  const Case cases[] = {
      {"nothing", {}, "error network again"},
      {"no terminal event", {openai_item(0, call)}, "error network again"},
      {"complete", {kCompleted}, "end_turn"},
      {"length", {kCutShort}, "max_tokens"},
      {"filter",
       {openai_end("response.incomplete",
                   R"("status":"incomplete","incomplete_details":{"reason":"content_filter"})")},
       "content_filter"},
      {"steered",
       {openai_end("response.incomplete",
                   R"("status":"incomplete","incomplete_details":{"reason":"steered"})")},
       "pause"},
      {"incomplete without a reason",
       {openai_end("response.incomplete", R"("status":"incomplete")")},
       "pause"},
      {"refusal",
       {openai_item(0, R"({"type":"message","content":[{"type":"refusal","refusal":"no"}]})"),
        kCompleted},
       "refusal | text:  <- "
       R"({"type":"message","content":[{"type":"refusal","refusal":"no"}]})"},
      {"items only in the response",
       {openai_end("response.completed", R"("status":"completed","output":[)" + call + "]")},
       "tool_use | call c n {\"a\":1} <- "
       R"({"type":"function_call","call_id":"c","name":"n","arguments":"{\"a\":1}"})"},
      {"broken arguments",
       {openai_item(0, R"({"type":"function_call","call_id":"c","name":"n","arguments":"{"})"),
        kCompleted},
       "error malformed again"},
      {"cut off in a call: its reasoning goes too",
       {openai_item(0, reasoning),
        openai_item(1, R"({"type":"function_call","call_id":"c","name":"n","arguments":"{"})"),
        kCutShort},
       "max_tokens"},
      {"cut off in a call that looks whole",
       {openai_item(
            0,
            R"({"type":"function_call","call_id":"c","name":"n","arguments":"","status":"incomplete"})"),
        kCutShort},
       "max_tokens"},
      {"failed without an error",
       {openai_end("response.failed", R"("status":"failed")")},
       "error server again"},
      {"a terminal event without its response",
       {R"({"type":"response.completed"})"},
       "error malformed again"},
      {"unknown events", {R"({"type":"response.new.thing"})", kCompleted}, "end_turn"},
  };
  for (const Case& test : cases) {
    EXPECT_EQ(outcome(decode(OpenAiDialect(), test.payloads)), test.expected) << test.name;
  }
}

TEST(OpenAiDecoder, CallsThatTheClientAnswers) {
  const std::string custom =
      R"({"type":"custom_tool_call","call_id":"c","name":"sql","input":"SELECT 1"})";
  const std::string shell = R"({"type":"shell_call","call_id":"c","action":{"commands":["ls"]}})";
  const std::string hosted =
      R"({"type":"shell_call","call_id":"c","action":{},"environment":{"type":"container_auto"}})";
  const std::string local =
      R"({"type":"local_shell_call","call_id":"c","action":{"command":["ls"]}})";
  const Case cases[] = {
      {"a custom tool",
       {openai_item(0, custom), kCompleted},
       R"(tool_use | call c sql {"input":"SELECT 1"} <- {"type":"custom_tool_call","call_id":"c",)"
       R"("name":"sql","input":"SELECT 1"})"},
      {"a shell",
       {openai_item(0, shell), kCompleted},
       R"(tool_use | call c shell {"commands":["ls"]} <- {"type":"shell_call","call_id":"c",)"
       R"("action":{"commands":["ls"]}})"},
      {"a local shell",
       {openai_item(0, local), kCompleted},
       R"(tool_use | call c local_shell {"command":["ls"]} <- {"type":"local_shell_call",)"
       R"("call_id":"c","action":{"command":["ls"]}})"},
      {"a shell at the vendor's",
       {openai_item(0, hosted), kCompleted},
       R"(end_turn | opaque <- {"type":"shell_call","call_id":"c","action":{},)"
       R"("environment":{"type":"container_auto"}})"},
      {"a response that was not streamed",
       {R"({"object":"response","status":"completed","output":[)" + custom + "]}"},
       R"(tool_use | call c sql {"input":"SELECT 1"} <- {"type":"custom_tool_call","call_id":"c",)"
       R"("name":"sql","input":"SELECT 1"})"},
      {"items without an index keep their order",
       {R"({"type":"response.output_item.done","item":{"type":"x"}})",
        R"({"type":"response.output_item.done","item":{"type":"y"}})", kCompleted},
       "end_turn | opaque <- {\"type\":\"x\"} | opaque <- {\"type\":\"y\"}"},
  };
  for (const Case& test : cases) {
    EXPECT_EQ(outcome(decode(OpenAiDialect(), test.payloads)), test.expected) << test.name;
  }
}

TEST(OpenAiDecoder, BothShapesOfItsErrorEventAndAFailedResponse) {
  const Case cases[] = {
      {"flat",
       {R"({"type":"error","code":"rate_limit_exceeded","message":"m"})"},
       "error rate_limited again"},
      {"nested",
       {R"({"type":"error","error":{"type":"server_error","code":null,"message":"m"}})"},
       "error server again"},
      {"failed",
       {openai_end("response.failed",
                   R"("status":"failed","error":{"code":"insufficient_quota","message":"m"})")},
       "error quota"},
  };
  for (const Case& test : cases) {
    EXPECT_EQ(outcome(decode(OpenAiDialect(), test.payloads)), test.expected) << test.name;
  }
}

TEST(OpenAiDecoder, CacheWritesAreInsideTheInput) {
  const auto answer =
      decode(OpenAiDialect(),
             {openai_end("response.completed",
                         R"("status":"completed","service_tier":"flex","usage":{"input_tokens":100,
                     "input_tokens_details":{"cached_tokens":60,"cache_write_tokens":30},
                     "output_tokens":7,"output_tokens_details":{"reasoning_tokens":3}})")});
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(
      answer->usage(),
      (Usage{.input = 10, .cached = 60, .cache_write_short = 30, .output = 7, .reasoning = 3}));
  EXPECT_EQ(answer->prompt_tokens, 100);
  EXPECT_EQ(answer->billed[0].service_tier, "flex");
}

std::string chat(std::string_view delta, std::string_view rest = "") {
  return R"({"id":"c","model":"m","choices":[{"index":0,"delta":)" + std::string(delta) +
         std::string(rest) + "}]}";
}
std::string chat_call(std::string_view call) {
  return chat(R"({"tool_calls":[)" + std::string(call) + "]}");
}
std::string chat_end(std::string_view reason) {
  return chat("{}", R"(,"finish_reason":")" + std::string(reason) + "\"");
}

TEST(MoonshotDecoder, Ends) {
  const Case cases[] = {
      {"nothing", {}, "error network again"},
      {"only done", {"[DONE]"}, "error network again"},
      {"no done", {chat(R"({"content":"a"})"), chat_end("stop")}, "error network again"},
      {"text", {chat(R"({"content":"a"})"), chat_end("stop"), "[DONE]"}, "end_turn | text: a"},
      {"length", {chat_end("length"), "[DONE]"}, "max_tokens"},
      {"filter", {chat_end("content_filter"), "[DONE]"}, "content_filter"},
      {"interleaved calls",
       {chat_call(R"({"index":0,"id":"a","function":{"name":"n","arguments":"{\"x\""}})"),
        chat_call(R"({"index":1,"id":"b","function":{"name":"m","arguments":""}})"),
        chat_call(R"({"index":0,"function":{"arguments":":1}"}})"),
        chat_call(R"({"index":1,"function":{"arguments":"{}"}})"), chat_end("tool_calls"),
        "[DONE]"},
       "tool_use | call a n {\"x\":1} | call b m {}"},
      {"every call at index 0",
       {chat_call(R"({"index":0,"id":"a","function":{"name":"n","arguments":"{}"}})"),
        chat_call(R"({"index":0,"id":"b","function":{"name":"m","arguments":"{}"}})"),
        chat_end("stop"), "[DONE]"},
       "tool_use | call a n {} | call b m {}"},
      {"no index and no id",
       {chat_call(R"({"function":{"name":"n","arguments":"{\"x\":"}})"),
        chat_call(R"({"function":{"arguments":"2}"}})"), chat_end("tool_calls"), "[DONE]"},
       "tool_use | call call_c_0 n {\"x\":2}"},
      {"broken arguments",
       {chat_call(R"({"index":0,"id":"a","function":{"name":"n","arguments":"{"}})"),
        chat_end("tool_calls"), "[DONE]"},
       "error malformed again"},
      {"a call cut off",
       {chat_call(R"({"index":0,"id":"a","function":{"name":"n","arguments":"{\"x"}})"),
        chat_end("length"), "[DONE]"},
       "max_tokens"},
      {"a call without a name",
       {chat_call(R"({"index":0,"id":"a"})"), chat_end("tool_calls"), "[DONE]"},
       "error malformed again"},
      {"empty reasoning is reasoning",
       {chat(R"({"reasoning_content":""})"), chat_end("stop"), "[DONE]"},
       "end_turn | reasoning:  <- {\"reasoning_content\":\"\"}"},
      {"no choices", {R"({"choices":[]})", chat_end("stop"), "[DONE]"}, "end_turn"},
  };
  for (const Case& test : cases) {
    const MoonshotDialect dialect(ProviderKind::kMoonshot);
    EXPECT_EQ(outcome(decode(dialect, test.payloads)), test.expected) << test.name;
  }
}

TEST(MoonshotDecoder, WhatOtherRecordingsAndServersShow) {
  const std::string usage = R"(,"usage":{"prompt_tokens":1,"completion_tokens":1})";
  const Case cases[] = {
      {"calls without an index, in pieces",
       {chat_call(R"({"id":"a","function":{"name":"n","arguments":""}},
                     {"id":"b","function":{"name":"m","arguments":""}})"),
        chat_call(R"({"function":{"arguments":"{\"x\":1}"}},{"function":{"arguments":"{}"}})"),
        chat_end("tool_calls"), "[DONE]"},
       "tool_use | call a n {\"x\":1} | call b m {}"},
      {"calls that get their index later",
       {chat_call(R"({"id":"a","function":{"name":"n","arguments":"{\"x\":\""}},
                     {"id":"b","function":{"name":"m","arguments":"{\"y\":\""}})"),
        chat_call(R"({"index":1,"function":{"arguments":"2\"}"}},
                     {"index":0,"function":{"arguments":"1\"}"}})"),
        chat_end("tool_calls"), "[DONE]"},
       "tool_use | call a n {\"x\":\"1\"} | call b m {\"y\":\"2\"}"},
      {"arguments as an object",
       {chat_call(R"({"id":"a","function":{"name":"n","arguments":{"x":1}}})"),
        chat_end("tool_calls"), "[DONE]"},
       "tool_use | call a n {\"x\":1}"},
      {"no done, but its usage",
       {chat(R"({"content":"a"})", R"(,"finish_reason":"stop")" + usage)},
       "end_turn | text: a"},
      {"a completion that was not streamed",
       {R"({"object":"chat.completion","id":"c","choices":[{"message":{"content":"a"},
            "finish_reason":"stop"}]})"},
       "end_turn | text: a"},
      {"vLLM's and Ollama's reasoning",
       {chat(R"({"reasoning":"hm"})"), chat_end("stop"), "[DONE]"},
       "end_turn | reasoning: hm <- {\"reasoning\":\"hm\"}"},
      {"the same thought under both names",
       {chat(R"({"reasoning":"hm","reasoning_content":"hm"})"), chat_end("stop"), "[DONE]"},
       "end_turn | reasoning: hm <- {\"reasoning_content\":\"hm\"}"},
      {"content in parts",
       {chat(R"({"content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]})"),
        chat_end("stop"), "[DONE]"},
       "end_turn | text: ab"},
      {"a refusal", {chat(R"({"refusal":"no"})"), chat_end("stop"), "[DONE]"}, "refusal"},
      {"an error with a message only", {R"({"error":{"message":"m"}})"}, "error server again"},
      {"an error in words", {R"({"error":"out of memory"})"}, "error server again"},
      {"vLLM's error",
       {R"({"object":"error","message":"maximum context length is 8","code":400})"},
       "error context_exceeded"},
      {"a status as the code",
       {R"({"error":{"message":"slow","code":429}})"},
       "error rate_limited again"},
  };
  for (const Case& test : cases) {
    const MoonshotDialect dialect(ProviderKind::kMoonshot);
    EXPECT_EQ(outcome(decode(dialect, test.payloads)), test.expected) << test.name;
  }
}

TEST(MoonshotDecoder, CountsThatContradictEachOther) {
  const auto usage_of = [](const Payloads& payloads) {
    const auto answer = decode(MoonshotDialect(ProviderKind::kMoonshot), payloads);
    EXPECT_TRUE(answer.has_value());
    return answer ? answer->usage() : Usage{};
  };
  // A later place lacks what an earlier one said.
  EXPECT_EQ(usage_of({chat("{}", R"(,"finish_reason":"stop","usage":{"prompt_tokens":9,
                                     "completion_tokens":4,"cached_tokens":8})"),
                      R"({"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":4}})"}),
            (Usage{.input = 1, .cached = 8, .output = 4}));
  // The last place holds.
  EXPECT_EQ(usage_of({chat("{}", R"(,"finish_reason":"stop","usage":{"prompt_tokens":12,
                                     "completion_tokens":5})"),
                      R"({"choices":[],"usage":{"prompt_tokens":99,"completion_tokens":33}})"}),
            (Usage{.input = 99, .output = 33}));
  // More thoughts than output.
  EXPECT_EQ(usage_of({chat("{}", R"(,"finish_reason":"length","usage":{"prompt_tokens":951,
                       "completion_tokens":6000,"total_tokens":6952,
                       "completion_tokens_details":{"reasoning_tokens":6001}})")}),
            (Usage{.input = 951, .output = 6000, .reasoning = 6000}));
  // DeepSeek's name for what was read from the cache.
  EXPECT_EQ(usage_of({chat("{}", R"(,"finish_reason":"stop","usage":{"prompt_tokens":10,
                       "completion_tokens":1,"prompt_cache_hit_tokens":6})")}),
            (Usage{.input = 4, .cached = 6, .output = 1}));
}

TEST(MoonshotDecoder, TheThreePlacesOfUsage) {
  const std::string usage = R"({"prompt_tokens":9,"completion_tokens":4,"cached_tokens":8})";
  const Payloads streams[] = {
      {chat("{}", R"(,"finish_reason":"stop","usage":)" + usage), "[DONE]"},
      {R"({"choices":[{"delta":{},"finish_reason":"stop"}],"usage":)" + usage + "}", "[DONE]"},
      {chat_end("stop"), R"({"choices":[],"usage":)" + usage + "}", "[DONE]"}};
  for (const Payloads& stream : streams) {
    const auto answer = decode(MoonshotDialect(ProviderKind::kMoonshot), stream);
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->usage(), (Usage{.input = 1, .cached = 8, .output = 4}));
  }
}

}  // namespace
}  // namespace coditect::providers
