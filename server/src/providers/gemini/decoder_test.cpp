// What few recordings show: the rarer ends of an answer, and what breaks the protocol.
#include "providers/gemini/decoder.h"

#include <gtest/gtest.h>

#include "providers/gemini/dialect.h"
#include "providers/testing/decoded.h"

namespace coditect::providers {
namespace {

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
  const DecoderCase cases[] = {
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
  for (const DecoderCase& test : cases) {
    EXPECT_EQ(outcome(decode(GeminiDialect(), test.payloads)), test.expected) << test.name;
  }
}

TEST(GeminiDecoder, WhatOtherRecordingsShow) {
  const std::string part = R"({"candidates":[{"content":{"parts":[{"text":"a"}]}}]})";
  const std::string open =
      gemini_call(R"({"name":"n","partialArgs":[{"jsonPath":"$.a","numberValue":1}],)"
                  R"("willContinue":true})");
  const DecoderCase cases[] = {
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
  for (const DecoderCase& test : cases) {
    EXPECT_EQ(outcome(decode(GeminiDialect(), test.payloads)), test.expected) << test.name;
  }
}

TEST(GeminiDecoder, ACallInPiecesGoesOnInTheNextRequest) {
  const auto piece = [](std::string_view text, std::string_view more) {
    return R"({"candidates":[{"content":{"parts":[{"functionCall":{"partialArgs":[)"
           R"({"jsonPath":"$.s","stringValue":")" +
           std::string(text) + R"(","willContinue":true}],"willContinue":true}}]})" +
           std::string(more) + "}]}";
  };
  Heard heard;
  const auto decoder = GeminiDialect().decoder({.model = "asked"});
  const auto take = [&](const std::string& payload) {
    EXPECT_TRUE(decoder->take({"", payload}, heard).has_value()) << payload;
  };
  take(gemini_call(R"({"name":"n","willContinue":true})"));
  take(piece("kept ", R"(,"continuationToken":"T")"));
  take(piece("lost", ""));
  decoder->resume();
  take(piece("and new", ""));
  take(gemini_call("{}"));
  take(gemini_end("STOP"));
  EXPECT_EQ(outcome(decoder->finish()), R"(tool_use | call call_r_0 n {"s":"kept and new"})");
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

}  // namespace
}  // namespace coditect::providers
