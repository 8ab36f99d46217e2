#include "providers/simulator/dialect.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>

#include "providers/simulator/act.h"

namespace coditect::simulator {
namespace {

const Vendor kAll[] = {Vendor::kAnthropic, Vendor::kGemini, Vendor::kOpenai, Vendor::kMoonshot};

Reply reply_of(Act act) {
  Reply reply;
  reply.id = "0id";
  reply.created = Time{std::chrono::seconds{1'800'000'000}};
  reply.model = "m";
  reply.usage = {1200, 1000, 50, 80, 0};
  for (std::size_t i = 0; i < act.calls.size(); ++i) act.calls[i].id = "c" + std::to_string(i);
  reply.act = std::move(act);
  return reply;
}

Act act_of(const std::string& block) { return acts_of(*parse_rehearsal(block)).front(); }

json::object parsed(std::string_view text) {
  auto object = parse_json_object(text);
  EXPECT_TRUE(object.ok()) << text;
  return *std::move(object);
}

/// The JSON of each data line, whatever the vendor's line ends and spaces.
std::vector<json::object> data_of(const std::vector<Frame>& frames) {
  std::vector<json::object> all;
  for (const Frame& frame : frames) {
    const std::size_t at = frame.bytes.find("data:") + 5;
    std::string line = frame.bytes.substr(at, frame.bytes.find_first_of("\r\n", at) - at);
    if (line != " [DONE]") all.push_back(parsed(line));
  }
  return all;
}

std::vector<std::string> types_of(const std::vector<Frame>& frames) {
  std::vector<std::string> types;
  for (const json::object& event : data_of(frames)) {
    types.push_back(find_string(event, "type").value_or(""));
  }
  types.erase(std::unique(types.begin(), types.end()), types.end());
  return types;
}

/// An answer as its reader understands it, from a document or from a stream.
struct Heard {
  std::string text;
  std::string thinking;
  std::vector<ToolCall> calls;
  std::string finish;
  json::value usage;
  bool operator==(const Heard&) const = default;
};

std::string text_at(const json::value& value) { return std::string(value.as_string()); }

Heard hear_anthropic(const json::object& message) {
  Heard heard;
  for (const json::value& block : message.at("content").as_array()) {
    const std::string type = text_at(block.at("type"));
    if (type == "text") heard.text += block.at("text").as_string();
    if (type == "thinking") heard.thinking += block.at("thinking").as_string();
    if (type == "tool_use") {
      heard.calls.push_back(
          {text_at(block.at("id")), text_at(block.at("name")), block.at("input").as_object()});
    }
  }
  heard.finish = message.at("stop_reason").as_string();
  heard.usage = message.at("usage");
  return heard;
}

/// Puts a streamed message together as the vendor's documentation says.
Heard hear_anthropic(const std::vector<Frame>& frames) {
  json::object message;
  json::array content;
  std::string input;
  for (json::object& event : data_of(frames)) {
    const std::string type = text_at(event["type"]);
    if (type == "message_start") message = event["message"].as_object();
    if (type == "content_block_start") {
      EXPECT_EQ(event["index"], content.size());
      content.push_back(event["content_block"]);
      input.clear();
    }
    if (type == "content_block_delta") {
      json::object& block = content.back().as_object();
      json::object& delta = event["delta"].as_object();
      if (delta["type"] == "input_json_delta") input += delta["partial_json"].as_string();
      for (const char* key : {"text", "thinking", "signature"}) {
        if (!delta.contains(key)) continue;
        block[key] = text_at(block[key]) + text_at(delta[key]);
      }
    }
    if (type == "content_block_stop" && !input.empty())
      content.back().as_object()["input"] = parsed(input);
    if (type == "message_delta") {
      message["stop_reason"] = event["delta"].at("stop_reason");
      message["usage"] = event["usage"];
    }
  }
  message["content"] = std::move(content);
  return hear_anthropic(message);
}

Heard hear_openai(const json::object& response) {
  Heard heard;
  for (const json::value& item : response.at("output").as_array()) {
    const std::string type = text_at(item.at("type"));
    if (type == "message") heard.text += item.at("content").at(0).at("text").as_string();
    if (type == "reasoning") heard.thinking += item.at("summary").at(0).at("text").as_string();
    if (type == "function_call") {
      heard.calls.push_back({text_at(item.at("call_id")), text_at(item.at("name")),
                             parsed(item.at("arguments").as_string())});
    }
  }
  heard.finish = response.at("status").as_string();
  heard.usage = response.at("usage");
  return heard;
}

/// From the deltas alone; the finished items must say the same, which the caller checks.
Heard hear_openai(const std::vector<Frame>& frames) {
  Heard heard;
  std::map<std::int64_t, std::string> arguments;
  std::int64_t number = 0;
  for (json::object& event : data_of(frames)) {
    EXPECT_EQ(event["sequence_number"].as_int64(), number++);
    const std::string type = text_at(event["type"]);
    if (type == "response.output_text.delta") heard.text += event["delta"].as_string();
    if (type == "response.reasoning_summary_text.delta")
      heard.thinking += event["delta"].as_string();
    if (type == "response.function_call_arguments.delta") {
      arguments[event["output_index"].as_int64()] += event["delta"].as_string();
    }
    if (type == "response.output_item.done" && event["item"].at("type") == "function_call") {
      const json::value& item = event["item"];
      heard.calls.push_back({text_at(item.at("call_id")), text_at(item.at("name")),
                             parsed(arguments[event["output_index"].as_int64()])});
    }
    if (type == "response.completed") {
      const Heard whole = hear_openai(event["response"].as_object());
      EXPECT_EQ(whole.text, heard.text);
      EXPECT_EQ(whole.calls, heard.calls);
      heard.finish = whole.finish;
      heard.usage = whole.usage;
    }
  }
  return heard;
}

Heard hear_gemini(const std::vector<json::object>& chunks) {
  Heard heard;
  for (const json::object& chunk : chunks) {
    const json::object& candidate = chunk.at("candidates").at(0).as_object();
    for (const json::value& part : candidate.at("content").at("parts").as_array()) {
      if (const auto* call = find_object(part.as_object(), "functionCall")) {
        heard.calls.push_back(
            {text_at(call->at("id")), text_at(call->at("name")), call->at("args").as_object()});
      } else if (part.as_object().contains("thought")) {
        heard.thinking += part.at("text").as_string();
      } else {
        heard.text += part.at("text").as_string();
      }
    }
    if (const auto finish = find_string(candidate, "finishReason")) heard.finish = *finish;
    heard.usage = chunk.at("usageMetadata");
  }
  return heard;
}

Heard hear_moonshot(const json::object& completion) {
  Heard heard;
  const json::object& choice = completion.at("choices").at(0).as_object();
  const json::object& message = choice.at("message").as_object();
  heard.text = message.at("content").as_string();
  heard.thinking = find_string(message, "reasoning_content").value_or("");
  if (const json::array* calls = find_array(message, "tool_calls")) {
    for (const json::value& call : *calls) {
      heard.calls.push_back({text_at(call.at("id")), text_at(call.at("function").at("name")),
                             parsed(call.at("function").at("arguments").as_string())});
    }
  }
  heard.finish = choice.at("finish_reason").as_string();
  heard.usage = completion.at("usage");
  return heard;
}

Heard hear_moonshot(const std::vector<Frame>& frames) {
  EXPECT_EQ(frames.back().bytes, "data: [DONE]\n\n");
  Heard heard;
  std::vector<std::string> arguments;
  for (json::object& chunk : data_of(frames)) {
    if (chunk["choices"].as_array().empty()) continue;
    const json::object& choice = chunk["choices"].at(0).as_object();
    const json::object& delta = choice.at("delta").as_object();
    heard.text += find_string(delta, "content").value_or("");
    heard.thinking += find_string(delta, "reasoning_content").value_or("");
    if (const json::array* calls = find_array(delta, "tool_calls")) {
      const auto index = static_cast<std::size_t>(calls->at(0).at("index").to_number<int>());
      if (calls->at(0).as_object().contains("id")) {
        EXPECT_EQ(index, heard.calls.size());
        heard.calls.push_back(
            {text_at(calls->at(0).at("id")), text_at(calls->at(0).at("function").at("name")), {}});
        arguments.emplace_back();
      }
      arguments[index] += calls->at(0).at("function").at("arguments").as_string();
    }
    if (const auto finish = find_string(choice, "finish_reason")) {
      heard.finish = *finish;
      EXPECT_EQ(choice.at("usage"), chunk["usage"]);
      heard.usage = chunk["usage"];
    }
  }
  for (std::size_t i = 0; i < arguments.size(); ++i) heard.calls[i].input = parsed(arguments[i]);
  return heard;
}

Heard hear_whole(Vendor vendor, const json::object& document) {
  switch (vendor) {
    case Vendor::kAnthropic: return hear_anthropic(document);
    case Vendor::kGemini: return hear_gemini({document});
    case Vendor::kOpenai: return hear_openai(document);
    case Vendor::kMoonshot: return hear_moonshot(document);
  }
  return {};
}

Heard hear_stream(Vendor vendor, const std::vector<Frame>& frames) {
  switch (vendor) {
    case Vendor::kAnthropic: return hear_anthropic(frames);
    case Vendor::kGemini: return hear_gemini(data_of(frames));
    case Vendor::kOpenai: return hear_openai(frames);
    case Vendor::kMoonshot: return hear_moonshot(frames);
  }
  return {};
}

RC_GTEST_PROP(DialectProperty, AStreamSaysWhatTheDocumentSays,
              (const std::vector<std::string>& said, const std::vector<std::string>& inputs)) {
  const auto ascii = [](std::string text) {
    for (char& c : text) c = static_cast<char>(c & 0x7f);
    return text;
  };
  Act act;
  for (const std::string& text : said) act.lines.push_back({{}, ascii(text)});
  for (const std::string& input : inputs) {
    act.calls.push_back({"", "tool", {{"path", ascii(input)}, {"deep", {{"n", 1}}}}});
  }
  if (act.text().empty() && act.calls.empty()) act.lines = {{{}, "Done."}};
  Reply reply = reply_of(act);
  reply.thinking = said.size() % 2 == 0 ? "" : "some thoughts about it";
  for (const Vendor vendor : kAll) {
    const Dialect& dialect = dialect_of(vendor);
    const Heard whole = hear_whole(vendor, dialect.whole(reply));
    RC_ASSERT(whole.text == act.text());
    RC_ASSERT(whole.calls == reply.act.calls);
    RC_ASSERT(whole.thinking == reply.thinking);
    RC_ASSERT(hear_stream(vendor, dialect.stream(reply)) == whole);
  }
}

TEST(Dialect, EveryStreamHasAMiddleToBreakOffIn) {
  for (const Vendor vendor : kAll) {
    EXPECT_GE(dialect_of(vendor).stream(reply_of(act_of(R"({"tool":"t"})"))).size(), 2u);
  }
}

const char* const kSayAndCall =
    "{\"say\":\"I look at it.\"}\n{\"tool\":\"read_file\",\"input\":{\"path\":\"a\"}}";

TEST(AnthropicWire, Stream) {
  const auto frames = dialect_of(Vendor::kAnthropic).stream(reply_of(act_of(kSayAndCall)));
  EXPECT_EQ(types_of(frames),
            (std::vector<std::string>{"message_start", "ping", "content_block_start",
                                      "content_block_delta", "content_block_stop",
                                      "content_block_start", "content_block_delta",
                                      "content_block_stop", "message_delta", "message_stop"}));
  EXPECT_EQ(frames.back().bytes, "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n");
  const json::object start = data_of(frames).front();
  EXPECT_EQ(start.at("message").at("usage").at("input_tokens"), 150);
  EXPECT_EQ(start.at("message").at("content").as_array().size(), 0u);
  EXPECT_EQ(start.at("message").at("stop_reason"), nullptr);
}

TEST(AnthropicWire, UsageCountsTheCacheBesideTheInput) {
  const json::object whole = dialect_of(Vendor::kAnthropic).whole(reply_of(act_of(kSayAndCall)));
  EXPECT_EQ(whole.at("usage").at("input_tokens"), 150);
  EXPECT_EQ(whole.at("usage").at("cache_read_input_tokens"), 1000);
  EXPECT_EQ(whole.at("usage").at("cache_creation_input_tokens"), 50);
  EXPECT_EQ(whole.at("usage").at("output_tokens"), 80);
  EXPECT_EQ(whole.at("stop_reason"), "tool_use");
}

TEST(OpenaiWire, Stream) {
  const auto frames = dialect_of(Vendor::kOpenai).stream(reply_of(act_of(kSayAndCall)));
  EXPECT_EQ(
      types_of(frames),
      (std::vector<std::string>{
          "response.created", "response.in_progress", "response.output_item.added",
          "response.content_part.added", "response.output_text.delta", "response.output_text.done",
          "response.content_part.done", "response.output_item.done", "response.output_item.added",
          "response.function_call_arguments.delta", "response.function_call_arguments.done",
          "response.output_item.done", "response.completed"}));
  EXPECT_TRUE(frames[0].bytes.starts_with(
      "event: response.created\ndata: {\"type\":\"response.created\",\"sequence_number\":0,"));
  const json::object usage = data_of(frames).back().at("response").at("usage").as_object();
  EXPECT_EQ(usage, parsed(R"({"input_tokens":1200,
      "input_tokens_details":{"cached_tokens":1000,"cache_write_tokens":50},"output_tokens":80,
      "output_tokens_details":{"reasoning_tokens":0},"total_tokens":1280})"));
}

TEST(GeminiWire, Stream) {
  Reply reply = reply_of(act_of(kSayAndCall));
  reply.usage.reasoning = 30;
  const auto frames = dialect_of(Vendor::kGemini).stream(reply);
  for (const Frame& frame : frames) {
    EXPECT_TRUE(frame.bytes.starts_with("data: {")) << frame.bytes;
    EXPECT_TRUE(frame.bytes.ends_with("}\r\n\r\n")) << frame.bytes;
  }
  const json::object usage = data_of(frames).back().at("usageMetadata").as_object();
  EXPECT_EQ(usage, parsed(R"({"promptTokenCount":1200,"cachedContentTokenCount":1000,
      "candidatesTokenCount":50,"thoughtsTokenCount":30,"totalTokenCount":1280})"));
}

TEST(GeminiWire, OnlyTheFirstOfParallelCallsIsSigned) {
  const Act act = act_of(R"({"tools":[{"tool":"a"},{"tool":"b"}]})");
  const json::object whole = dialect_of(Vendor::kGemini).whole(reply_of(act));
  const json::array& parts = whole.at("candidates").at(0).at("content").at("parts").as_array();
  EXPECT_TRUE(parts.at(0).as_object().contains("thoughtSignature"));
  EXPECT_FALSE(parts.at(1).as_object().contains("thoughtSignature"));
}

TEST(MoonshotWire, Stream) {
  Reply reply = reply_of(act_of(R"({"tool":"read_file","input":{"path":"a"}})"));
  reply.wants_usage_chunk = true;
  const auto frames = dialect_of(Vendor::kMoonshot).stream(reply);
  const auto chunks = data_of(frames);
  EXPECT_EQ(chunks.front().at("choices").at(0).at("delta"),
            (json::object{{"role", "assistant"}, {"content", ""}}));
  EXPECT_EQ(chunks[1].at("choices").at(0).at("delta").at("tool_calls").at(0).at("function"),
            (json::object{{"name", "read_file"}, {"arguments", ""}}));
  EXPECT_TRUE(chunks.back().at("choices").as_array().empty());
  EXPECT_EQ(chunks.back().at("usage").at("cached_tokens"), 1000);
  EXPECT_EQ(chunks[chunks.size() - 2].at("choices").at(0).at("finish_reason"), "tool_calls");
  EXPECT_TRUE(frames[1].bytes.starts_with("data:{"))
      << "one chunk shows that the space is optional";
}

TEST(Refusals, AreInTheVendorsWords) {
  struct Case {
    Vendor vendor;
    int status;
    const char* body;
  };
  const Case cases[] = {
      {Vendor::kAnthropic, 529,
       R"({"type":"error","error":{"type":"overloaded_error","message":"x"},"request_id":"req_01i"})"},
      {Vendor::kAnthropic, 500,
       R"({"type":"error","error":{"type":"api_error","message":"x"},"request_id":"req_01i"})"},
      {Vendor::kGemini, 429,
       R"({"error":{"code":429,"message":"x","status":"RESOURCE_EXHAUSTED"}})"},
      {Vendor::kGemini, 418, R"({"error":{"code":418,"message":"x","status":"INVALID_ARGUMENT"}})"},
      {Vendor::kOpenai, 429,
       R"({"error":{"message":"x","type":"requests","param":null,"code":"rate_limit_exceeded"}})"},
      {Vendor::kOpenai, 400,
       R"({"error":{"message":"x","type":"invalid_request_error","param":null,"code":null}})"},
      {Vendor::kMoonshot, 429, R"({"error":{"message":"x","type":"rate_limit_reached_error"}})"},
      {Vendor::kMoonshot, 503, R"({"error":{"message":"x","type":"engine_overloaded_error"}})"},
  };
  for (const Case& test : cases) {
    const Refusal refusal{test.status, "x", "", std::nullopt, "i"};
    const net::Response response = dialect_of(test.vendor).refuse(refusal);
    EXPECT_EQ(response.status, test.status);
    EXPECT_EQ(response.body, test.body);
  }
}

}  // namespace
}  // namespace coditect::simulator
