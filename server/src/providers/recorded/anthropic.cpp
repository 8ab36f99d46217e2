#include <gtest/gtest.h>

#include "providers/anthropic/decoder.h"
#include "providers/anthropic/dialect.h"
#include "providers/recorded/recordings.h"
#include "providers/testing/heard.h"

namespace coditect::providers::recorded {
namespace {

const AnthropicDialect kDialect;

Seen stream(std::string_view name) {
  const std::string bytes = bytes_of("anthropic/" + std::string(name) + ".chunks.txt");
  return replay_cut(kDialect, "asked", stream_of_chunks(bytes, Framing::kNamedEvents));
}

ProviderResult<ModelAnswer> message(std::string_view name) {
  anthropic::Decoder decoder("asked");
  decoder.take_message(object_of("anthropic/" + std::string(name)));
  return decoder.finish();
}

TEST(RecordedAnthropic, Text) {
  const std::string text =
      "Hello! I'm doing well, thank you for asking. How are you doing today? Is there anything I "
      "can help you with?";
  const Seen expected{.turn = {"text: " + text},
                      .heard = text,
                      .stop = "end_turn",
                      .model = "claude-sonnet-4-5-20250929",
                      .usage = "12/0/0+0/30/0",
                      .tier = "standard"};
  EXPECT_EQ(stream("anthropic-text"), expected);
}

TEST(RecordedAnthropic, TextThenATool) {
  const Seen expected{
      .turn = {"text: I'll invoke the JSON response tool.",
               "call toolu_01KFbKqPYSuAKujiL6mTfzYA json {\"elements\":[{\"location\":\"San "
               "Francisco\",\"temperature\":58,\"condition\":\"sunny\"}]}"},
      .heard = "I'll invoke the JSON response tool.",
      .calls = {"toolu_01KFbKqPYSuAKujiL6mTfzYA json"},
      .stop = "tool_use",
      .model = "claude-haiku-4-5-20251001",
      .usage = "849/0/0+0/47/0",
      .tier = "standard"};
  EXPECT_EQ(stream("anthropic-json-tool.2"), expected);
}

TEST(RecordedAnthropic, ThinkingKeepsItsSignature) {
  const Seen seen = stream("anthropic-clear-thinking.1");
  const std::string thinking =
      "The previous result was 925. Now I need to divide that by 5.\n\n925 \u00F7 5 = 185";
  ASSERT_EQ(seen.turn.size(), 2u);
  EXPECT_TRUE(seen.turn[0].starts_with("reasoning: " + thinking + " <- {\"type\":\"thinking\","))
      << seen.turn[0];
  EXPECT_TRUE(seen.turn[0].contains("\"signature\":\"EvQBCkYICxgCKkAxhD4NUKFzudtZ6N"));
  EXPECT_TRUE(seen.turn[0].ends_with("EhT6Ca17BgB\"}"));
  EXPECT_EQ(seen.turn[1], "text: 925 \u00F7 5 = 185");
  EXPECT_EQ(seen.heard, "925 \u00F7 5 = 185");
  EXPECT_EQ(seen.stop, "end_turn");
  EXPECT_EQ(seen.usage, "69/0/0+0/53/0");
}

TEST(RecordedAnthropic, ServerToolsAndCacheUsageThatGrowsInTheStream) {
  const Seen seen = stream("anthropic-code-execution-20260120-prompt-cache.1");
  ASSERT_EQ(seen.turn.size(), 5u);
  EXPECT_TRUE(seen.turn[0].starts_with("opaque <- {\"type\":\"server_tool_use\""));
  EXPECT_TRUE(seen.turn[0].contains(
      R"("input":{"command":"for n in $(seq 1 12); do echo \"$n: $((n*n))\"; done"})"))
      << seen.turn[0];
  EXPECT_TRUE(seen.turn[1].starts_with("opaque <- {\"type\":\"bash_code_execution_tool_result\""));
  EXPECT_TRUE(seen.turn[3].contains("Sum: 650\\n"));
  EXPECT_EQ(seen.turn[4], "text: The sum of the squares of the numbers 1 through 12 is **650**.");
  EXPECT_TRUE(seen.calls.empty());
  EXPECT_EQ(seen.stop, "end_turn");
  EXPECT_EQ(seen.model, "claude-sonnet-5");
  EXPECT_EQ(seen.usage, "6/6289/3337+0/198/0");
}

TEST(RecordedAnthropic, Refusal) {
  const Seen expected{
      .stop = "refusal",
      .detail =
          "cyber: This request triggered restrictions on violative cyber content and was "
          "blocked under Anthropic's Usage Policy.",
      .model = "claude-fable-5",
      .usage = "18/0/0+0/5/0",
      .tier = "standard"};
  EXPECT_EQ(stream("anthropic-refusal"), expected);
}

TEST(RecordedAnthropic, AFallbackIsBilledPerModel) {
  const std::string bytes = bytes_of("anthropic/anthropic-fallback.chunks.txt");
  const Seen seen = stream("anthropic-fallback");
  EXPECT_EQ(seen.turn.size(), 2u);
  EXPECT_EQ(seen.heard, "The printing press was invented by Johannes Gutenberg around 1440.");
  EXPECT_EQ(seen.model, "claude-opus-4-8");
  EXPECT_EQ(seen.usage, "820/0/0+0/264/0");

  anthropic::Decoder decoder("asked");
  Heard heard;
  SseParser parser;
  std::vector<SseEvent> events;
  ASSERT_TRUE(parser.feed(stream_of_chunks(bytes, Framing::kDataOnly), events).ok());
  for (const SseEvent& event : events) ASSERT_TRUE(decoder.take(event, heard).has_value());
  const std::vector<BilledRequest> expected = {
      {"claude-fable-5", "", {.input = 408}},
      {"claude-opus-4-8", "", {.input = 412, .output = 264}}};
  EXPECT_EQ(decoder.billed(), expected);
}

TEST(RecordedAnthropic, ASecondMessageStart) {
  const Seen expected{.turn = {"text: Hello, World!"},
                      .heard = "Hello, World!",
                      .stop = "end_turn",
                      .model = "claude-3-haiku-20240307",
                      .usage = "17/0/0+0/227/0"};
  EXPECT_EQ(stream("duplicate-message-start"), expected);
}

TEST(RecordedAnthropic, RedactedThinkingComesBackVerbatim) {
  const std::string name = "anthropic/test_anthropic_model_thinking_part_redacted_stream.1";
  const std::string bytes = bytes_of(name + ".resp.200.sse");
  const Seen seen = replay_cut(kDialect, "asked", bytes);
  ASSERT_EQ(seen.turn.size(), 3u);
  EXPECT_TRUE(seen.turn[0].starts_with(
      "reasoning:  <- {\"type\":\"redacted_thinking\",\"data\":\"EqkECkYIBxgCKkA8AZ4noDfV"));
  EXPECT_TRUE(seen.turn[1].ends_with("RRFuab/DBV3yRYdZ1J0GAE=\"}"));
  EXPECT_TRUE(seen.heard.starts_with("I notice that you've sent what appears to be"));
  EXPECT_TRUE(seen.heard.ends_with("a legitimate task or question?"));
  EXPECT_EQ(seen.turn[2], "text: " + seen.heard);
  EXPECT_EQ(seen.usage, "92/0/0+0/189/0");
}

TEST(RecordedAnthropic, ParallelCallsAreAnsweredInOneMessage) {
  const std::string name = "test_multiple_parallel_tool_calls";
  const auto first = message(name + ".1.resp.200.json");
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->stop, StopReason::kToolUse);
  EXPECT_EQ(first->turn.blocks.size(), 5u);

  const json::object recorded = request_body("anthropic/" + name + ".2.req.json");
  ModelRequest request{.model = "claude-haiku-4-5", .system = *find_string(recorded, "system")};
  const std::string question = "Alice, Bob, Charlie and Daisy are a family. Who is the youngest?";
  Turn results;
  const char* outputs[] = {"alice is bob's wife", "bob is alice's husband",
                           "charlie is alice's son",
                           "daisy is bob's daughter and charlie's younger sister"};
  for (std::size_t i = 0; i < 4; ++i) {
    const auto& call = std::get<ToolCall>(first->turn.blocks[i + 1]);
    results.blocks.push_back(ToolResult{call.id, call.name, outputs[i]});
  }
  request.turns = {{Role::kUser, {TextBlock{question}}}, first->turn, results};
  json::object built = *parse_json_object(kDialect.build(request, "").body);
  json::array& messages = built["messages"].as_array();
  // Ours adds cache breakpoints.
  messages[0].at("content").as_array().back().as_object().erase("cache_control");
  messages[2].at("content").as_array().back().as_object().erase("cache_control");
  EXPECT_EQ(built["messages"], recorded.at("messages"));

  const auto second = message(name + ".2.resp.200.json");
  ASSERT_TRUE(second.has_value());
  EXPECT_EQ(second->stop, StopReason::kEndTurn);
  EXPECT_EQ(second->usage(), (Usage{.input = 771, .output = 77}));
}

TEST(RecordedAnthropic, CacheUsage) {
  const auto first = message("test_anthropic_cache_real_api.1.resp.200.json");
  const auto second = message("test_anthropic_cache_real_api.2.resp.200.json");
  ASSERT_TRUE(first.has_value() && second.has_value());
  EXPECT_EQ(first->usage(), (Usage{.input = 3, .cached = 1111, .output = 406}));
  EXPECT_EQ(second->usage(),
            (Usage{.input = 3, .cached = 1111, .cache_write_short = 418, .output = 33}));
  EXPECT_EQ(second->prompt_tokens, 3 + 1111 + 418);

  ModelRequest request{.model = "asked"};
  const json::object recorded = request_body("anthropic/test_anthropic_cache_real_api.2.req.json");
  request.turns = {{Role::kUser, {TextBlock{"?"}}},
                   first->turn,
                   {Role::kUser, {TextBlock{"Can you summarize that in one sentence?"}}}};
  const json::object built = *parse_json_object(kDialect.build(request, "").body);
  EXPECT_EQ(built.at("messages").at(1), recorded.at("messages").at(1));
}

TEST(RecordedAnthropic, Errors) {
  const std::string effort =
      "anthropic/test_anthropic_explicit_effort_xhigh_unsupported_model_errors.1.resp.400.json";
  const ProviderError bad = kDialect.decode_error({400, {}, bytes_of(effort), {}});
  EXPECT_EQ(bad.kind, ProviderError::Kind::kInvalidRequest);
  EXPECT_FALSE(bad.retryable);
  EXPECT_EQ(bad.message,
            "This model does not support effort level 'xhigh'. Supported levels: high, low, max, "
            "medium.");
  const std::string missing = "anthropic/test_anthropic_count_tokens_error.1.resp.404.json";
  const ProviderError unknown = kDialect.decode_error({404, {}, bytes_of(missing), {}});
  EXPECT_EQ(unknown.kind, ProviderError::Kind::kInvalidRequest);
  EXPECT_EQ(unknown.code, "not_found_error");
  EXPECT_EQ(unknown.message, "model: claude-does-not-exist");
}

}  // namespace
}  // namespace coditect::providers::recorded
