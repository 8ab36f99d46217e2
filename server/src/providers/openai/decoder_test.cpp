// What few recordings show: the rarer ends of an answer, and what breaks the protocol.
#include "providers/openai/decoder.h"

#include <gtest/gtest.h>

#include "providers/openai/dialect.h"
#include "providers/testing/decoded.h"

namespace coditect::providers {
namespace {

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
  const DecoderCase cases[] = {
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
  for (const DecoderCase& test : cases) {
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
  const DecoderCase cases[] = {
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
  for (const DecoderCase& test : cases) {
    EXPECT_EQ(outcome(decode(OpenAiDialect(), test.payloads)), test.expected) << test.name;
  }
}

TEST(OpenAiDecoder, BothShapesOfItsErrorEventAndAFailedResponse) {
  const DecoderCase cases[] = {
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
  for (const DecoderCase& test : cases) {
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

}  // namespace
}  // namespace coditect::providers
