#include <gtest/gtest.h>

#include "providers/simulator/act.h"
#include "providers/simulator/dialect.h"

namespace coditect::simulator {
namespace {

net::RequestHead head_with_version(std::string version) {
  net::RequestHead head;
  head.headers.emplace_back("Anthropic-Version", std::move(version));
  return head;
}

Result<Prompt> read(Vendor vendor, std::string_view body, std::string model = "gemini-4-carbon") {
  TRY(const json::object parsed, parse_json_object(body));
  return dialect_of(vendor).read(head_with_version("2023-06-01"), parsed, model);
}

struct ReadCase {
  const char* name;
  Vendor vendor;
  const char* body;
};

/// The same conversation in four forms: a prompt, two calls, their results, another prompt.
const ReadCase kConversations[] = {
    {"anthropic", Vendor::kAnthropic,
     R"({"model":"m","max_tokens":1,"system":[{"type":"text","text":"abc"}],
      "tools":[{"name":"t","input_schema":{}}],"thinking":{"type":"adaptive"},"stream":true,
      "messages":[{"role":"user","content":"go"},
      {"role":"assistant","content":[{"type":"thinking","thinking":"h","signature":"s"},
        {"type":"text","text":"well"},{"type":"tool_use","id":"1","name":"t","input":{"a":1}},
        {"type":"tool_use","id":"2","name":"t","input":{}}]},
      {"role":"user","content":[{"type":"tool_result","tool_use_id":"2","content":"two","is_error":true},
        {"type":"tool_result","tool_use_id":"1","content":[{"type":"text","text":"one"}]},
        {"type":"text","text":"go on"}]}]})"},
    {"openai", Vendor::kOpenai, R"({"model":"m","instructions":"abc","stream":true,
      "include":["reasoning.encrypted_content"],
      "tools":[{"type":"function","name":"t","parameters":{}},{"type":"web_search"}],
      "input":[{"role":"developer","content":"be brief"},
      {"type":"message","role":"user","content":[{"type":"input_text","text":"go"}]},
      {"type":"reasoning","id":"rs","summary":[],"encrypted_content":"x"},
      {"type":"message","role":"assistant","content":[{"type":"output_text","text":"well"}]},
      {"type":"function_call","call_id":"1","name":"t","arguments":"{\"a\":1}"},
      {"type":"function_call","call_id":"2","name":"t","arguments":"{}"},
      {"type":"function_call_output","call_id":"2","output":"two"},
      {"type":"function_call_output","call_id":"1","output":[{"type":"input_text","text":"one"}]},
      {"role":"user","content":"go on"}]})"},
    {"moonshot", Vendor::kMoonshot, R"({"model":"kimi-k3","stream":true,
      "stream_options":{"include_usage":true},
      "tools":[{"type":"function","function":{"name":"t","parameters":{}}}],
      "messages":[{"role":"system","content":"abc"},{"role":"user","content":"go"},
      {"role":"assistant","content":"well","reasoning_content":"","tool_calls":[
        {"id":"1","type":"function","function":{"name":"t","arguments":"{\"a\":1}"}},
        {"id":"2","type":"function","function":{"name":"t","arguments":"{}"}}]},
      {"role":"tool","tool_call_id":"2","content":"two"},
      {"role":"tool","tool_call_id":"1","content":"one"},
      {"role":"user","content":"go on"}]})"},
};

TEST(Read, FourFormsOfOneConversation) {
  for (const ReadCase& test : kConversations) {
    const auto prompt = read(test.vendor, test.body);
    ASSERT_TRUE(prompt.ok()) << test.name << ": " << prompt.error().message;
    ASSERT_EQ(prompt->turns.size(), 3u) << test.name;
    EXPECT_EQ(prompt->turns[0].text, "go");
    EXPECT_EQ(prompt->turns[1].text, "well");
    ASSERT_EQ(prompt->turns[1].calls.size(), 2u);
    EXPECT_EQ(prompt->turns[1].calls[0], (ToolCall{"1", "t", {{"a", 1}}}));
    ASSERT_EQ(prompt->turns[2].outcomes.size(), 2u);
    EXPECT_EQ(prompt->turns[2].outcomes[0].text, "two");
    EXPECT_EQ(prompt->turns[2].outcomes[1].text, "one");
    EXPECT_EQ(prompt->turns[2].text, "go on");
    EXPECT_TRUE(prompt->offers("t"));
    EXPECT_TRUE(prompt->wants_thinking);
    EXPECT_EQ(prompt->delivery, Delivery::kStream);
  }
}

TEST(Read, RefusesWhatTheVendorRefuses) {
  const ReadCase cases[] = {
      {"no model", Vendor::kAnthropic,
       R"({"max_tokens":1,"messages":[{"role":"user","content":"a"}]})"},
      {"no max_tokens", Vendor::kAnthropic,
       R"({"model":"m","messages":[{"role":"user","content":"a"}]})"},
      {"prefill", Vendor::kAnthropic, R"({"model":"m","max_tokens":1,"messages":[
          {"role":"user","content":"a"},{"role":"assistant","content":"b"}]})"},
      {"call without a result", Vendor::kAnthropic, R"({"model":"m","max_tokens":1,"messages":[
          {"role":"user","content":"a"},
          {"role":"assistant","content":[{"type":"tool_use","id":"1","name":"t","input":{}}]},
          {"role":"user","content":"b"}]})"},
      {"result without a call", Vendor::kAnthropic, R"({"model":"m","max_tokens":1,"messages":[
          {"role":"user","content":[{"type":"tool_result","tool_use_id":"1","content":"a"}]}]})"},
      {"result of another call", Vendor::kAnthropic, R"({"model":"m","max_tokens":1,"messages":[
          {"role":"user","content":"a"},
          {"role":"assistant","content":[{"type":"tool_use","id":"1","name":"t","input":{}}]},
          {"role":"user","content":[{"type":"tool_result","tool_use_id":"2","content":"a"}]}]})"},
      {"two results of one call", Vendor::kOpenai,
       R"({"model":"m","input":[{"role":"user","content":"a"},
          {"type":"function_call","call_id":"1","name":"t","arguments":"{}"},
          {"type":"function_call_output","call_id":"1","output":"a"},
          {"type":"function_call_output","call_id":"1","output":"b"}]})"},
      {"a call of the user", Vendor::kAnthropic, R"({"model":"m","max_tokens":1,"messages":[
          {"role":"user","content":[{"type":"tool_use","id":"1","name":"t","input":{}}]}]})"},
      {"input as text", Vendor::kAnthropic, R"({"model":"m","max_tokens":1,"messages":[
          {"role":"user","content":"a"},
          {"role":"assistant","content":[{"type":"tool_use","id":"1","name":"t","input":"{}"}]},
          {"role":"user","content":[{"type":"tool_result","tool_use_id":"1"}]}]})"},
      {"unknown role", Vendor::kAnthropic,
       R"({"model":"m","max_tokens":1,"messages":[{"role":"x","content":"a"}]})"},
      {"stored response", Vendor::kOpenai,
       R"({"model":"m","input":"a","previous_response_id":"resp_1"})"},
      {"item reference", Vendor::kOpenai,
       R"({"model":"m","input":[{"type":"item_reference","id":"x"}]})"},
      {"arguments that are not JSON", Vendor::kOpenai,
       R"({"model":"m","input":[{"role":"user","content":"a"},
          {"type":"function_call","call_id":"1","name":"t","arguments":"{"},
          {"type":"function_call_output","call_id":"1","output":"a"}]})"},
      {"nameless function", Vendor::kOpenai,
       R"({"model":"m","input":"a","tools":[{"type":"function"}]})"},
      {"no reasoning echoed", Vendor::kMoonshot,
       R"({"model":"kimi-k3","messages":[{"role":"user","content":"a"},
          {"role":"assistant","content":null,"tool_calls":[{"id":"1","type":"function","function":{"name":"t","arguments":"{}"}}]},
          {"role":"tool","tool_call_id":"1","content":"x"}]})"},
      {"unknown chat role", Vendor::kMoonshot,
       R"({"model":"m","messages":[{"role":"x","content":"a"}]})"},
      {"flat tool", Vendor::kMoonshot,
       R"({"model":"m","messages":[{"role":"user","content":"a"}],"tools":[{"name":"t"}]})"},
      {"empty parts", Vendor::kGemini, R"({"contents":[{"role":"user","parts":[]}]})"},
      {"gemini role", Vendor::kGemini,
       R"({"contents":[{"role":"assistant","parts":[{"text":"a"}]}]})"},
  };
  for (const ReadCase& test : cases) {
    const auto prompt = read(test.vendor, test.body);
    ASSERT_FALSE(prompt.ok()) << test.name;
    EXPECT_EQ(prompt.error().code, Errc::kInvalid) << test.name;
  }
}

TEST(Read, AnthropicVersions) {
  const json::object plain = *parse_json_object(
      R"({"model":"m","max_tokens":1,"messages":[{"role":"user","content":"a"}]})");
  json::object warm = plain;
  warm["temperature"] = 0.5;
  const Dialect& anthropic = dialect_of(Vendor::kAnthropic);
  EXPECT_TRUE(anthropic.read(head_with_version("2023-06-01"), warm, "").ok());
  EXPECT_TRUE(anthropic.read(head_with_version("2026-10-21"), plain, "").ok());
  EXPECT_FALSE(anthropic.read(head_with_version("2026-10-21"), warm, "").ok());
  EXPECT_FALSE(anthropic.read(head_with_version("2020-01-01"), plain, "").ok());
  EXPECT_FALSE(anthropic.read(net::RequestHead{}, plain, "").ok());
}

/// A Gemini conversation whose one call carries `signature` (none where it is null).
std::string gemini_conversation(const json::value& signature, std::string_view after = "") {
  json::object part = *parse_json_object(R"({"functionCall":{"name":"t","args":{}}})");
  if (!signature.is_null()) part["thoughtSignature"] = signature;
  return R"({"contents":[{"role":"user","parts":[{"text":"go"}]},{"role":"model","parts":[)" +
         json::serialize(part) +
         R"(,{"functionCall":{"name":"u"}}]},{"role":"user","parts":[
         {"functionResponse":{"name":"t","response":{"output":"one"}}},
         {"functionResponse":{"name":"u","response":{"error":"two"}}}]})" +
         std::string(after) + "]}";
}

TEST(Read, GeminiWantsItsSignaturesBack) {
  Reply reply;
  reply.model = "gemini-4-carbon";
  reply.act.calls = {{"", "t", {}}};
  const json::object whole = dialect_of(Vendor::kGemini).whole(reply);
  const json::value ours =
      whole.at("candidates").at(0).at("content").at("parts").at(0).at("thoughtSignature");
  const json::value nothing = nullptr;

  const auto prompt = read(Vendor::kGemini, gemini_conversation(ours));
  ASSERT_TRUE(prompt.ok()) << prompt.error().message;
  EXPECT_EQ(prompt->turns[2].outcomes[0].text, "one");
  EXPECT_TRUE(prompt->turns[2].outcomes[1].is_error);

  EXPECT_TRUE(read(Vendor::kGemini, gemini_conversation("skip_thought_signature_validator")).ok());
  EXPECT_TRUE(read(Vendor::kGemini, gemini_conversation(nothing), "gemini-2.5-pro").ok());
  const auto missing = read(Vendor::kGemini, gemini_conversation(nothing));
  ASSERT_FALSE(missing.ok());
  EXPECT_TRUE(missing.error().message.starts_with("Function call is missing a thought_signature"));
  EXPECT_FALSE(read(Vendor::kGemini, gemini_conversation("")).ok());
  EXPECT_FALSE(read(Vendor::kGemini, gemini_conversation("made up")).ok());
  // Only the turn under way is checked.
  EXPECT_TRUE(read(Vendor::kGemini, gemini_conversation(nothing, R"(,{"role":"model","parts":
      [{"text":"done"}]},{"role":"user","parts":[{"text":"and now?"}]})"))
                  .ok());
}

TEST(Read, WhatIsSaidComesBackAsTheNextRequest) {
  // The loop that an agent runs: the answer becomes part of the next request.
  const std::string prompt =
      "```rehearsal\\n{\\\"tool\\\":\\\"t\\\"}\\n{\\\"say\\\":\\\"over\\\"}\\n```";
  const auto first = read(Vendor::kAnthropic, R"({"model":"m","max_tokens":1,"messages":[
      {"role":"user","content":")" + prompt + R"("}]})");
  ASSERT_TRUE(first.ok()) << first.error().message;
  EXPECT_EQ(next_act(*first)->calls.at(0).name, "t");
  const auto second = read(Vendor::kAnthropic, R"({"model":"m","max_tokens":1,"messages":[
      {"role":"user","content":")" + prompt + R"("},{"role":"assistant","content":[
      {"type":"tool_use","id":"1","name":"t","input":{}}]},{"role":"user","content":[
      {"type":"tool_result","tool_use_id":"1","content":"ok"}]}]})");
  ASSERT_TRUE(second.ok()) << second.error().message;
  EXPECT_EQ(next_act(*second)->text(), "over");
}

}  // namespace
}  // namespace coditect::simulator
