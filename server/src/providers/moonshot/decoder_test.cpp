// What few recordings show: the rarer ends of an answer, and what breaks the protocol.
#include "providers/moonshot/decoder.h"

#include <gtest/gtest.h>

#include "providers/moonshot/dialect.h"
#include "providers/testing/decoded.h"

namespace coditect::providers {
namespace {

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
  const DecoderCase cases[] = {
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
  for (const DecoderCase& test : cases) {
    const MoonshotDialect dialect(ProviderKind::kMoonshot);
    EXPECT_EQ(outcome(decode(dialect, test.payloads)), test.expected) << test.name;
  }
}

TEST(MoonshotDecoder, WhatOtherRecordingsAndServersShow) {
  const std::string usage = R"(,"usage":{"prompt_tokens":1,"completion_tokens":1})";
  const DecoderCase cases[] = {
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
      {"arguments come back as the model wrote them",
       {chat_call(R"({"id":"a","function":{"name":"n","arguments":"{\"x\": 1}"}})"),
        chat_end("tool_calls"), "[DONE]"},
       R"(tool_use | call a n {"x":1} <- {"arguments":"{\"x\": 1}"})"},
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
  for (const DecoderCase& test : cases) {
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
