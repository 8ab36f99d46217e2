#include <gtest/gtest.h>

#include "providers/moonshot/decoder.h"
#include "providers/moonshot/dialect.h"
#include "providers/recorded/recordings.h"
#include "providers/testing/heard.h"

namespace coditect::providers::recorded {
namespace {

constexpr std::string_view kDone = "data: [DONE]\n\n";
const MoonshotDialect kMoonshot(ProviderKind::kMoonshot);
const MoonshotDialect kCompatible(ProviderKind::kOpenAiCompatible);

ProviderResult<ModelAnswer> completion(std::string_view name, ProviderKind kind) {
  moonshot::Decoder decoder(kind, "asked");
  if (auto taken = decoder.take_completion(object_of("kimi/" + std::string(name))); !taken) {
    return taken.error();
  }
  return decoder.finish();
}

TEST(RecordedMoonshot, ReasoningAndText) {
  const Seen expected{
      .turn = {"reasoning: Thinking aloud.  <- {\"reasoning_content\":\"Thinking aloud. \"}",
               "text: Hello!"},
      .heard = "Hello!",
      .stop = "end_turn",
      .model = "kimi-k3",
      .usage = "9/0/0+0/12/7"};
  const std::string chunks = bytes_of("kimi/moonshotai-stream.chunks.txt");
  for (const Framing framing : {Framing::kDataOnly, Framing::kDataWithoutSpace}) {
    const std::string stream = stream_of_chunks(chunks, framing, kDone);
    EXPECT_EQ(replay_cut(kMoonshot, "asked", stream), expected);
  }
}

TEST(RecordedMoonshot, WithoutDoneAnAnswerIsWholeWhereItsUsageCame) {
  const std::string stream =
      stream_of_chunks(bytes_of("kimi/moonshotai-stream.chunks.txt"), Framing::kDataOnly);
  EXPECT_EQ(replay(kMoonshot, "asked", stream).stop, "end_turn");
  const std::string cut = stream.substr(0, stream.rfind("data: "));
  EXPECT_EQ(replay(kMoonshot, "asked", cut).stop, "error: network");
  EXPECT_EQ(replay(kCompatible, "asked", stream).stop, "end_turn");
}

TEST(RecordedMoonshot, AToolCallInAWholeCompletion) {
  const Seen seen = see(completion("moonshotai-tool-call.json", ProviderKind::kMoonshot));
  const Seen expected{.turn = {"call call_abc123 get_weather {\"city\":\"Paris\"}"},
                      .stop = "tool_use",
                      .model = "kimi-k3",
                      .usage = "30/0/0+0/12/0"};
  EXPECT_EQ(seen, expected);
}

TEST(RecordedMoonshot, AnotherServersToolCallWhoseOutputExcludesItsReasoning) {
  const std::string chunks = bytes_of("kimi/xai-tool-call.chunks.txt");
  const std::string stream = stream_of_chunks(chunks, Framing::kDataOnly, kDone);
  const Seen seen = replay_cut(kCompatible, "asked", stream);
  ASSERT_EQ(seen.turn.size(), 2u);
  EXPECT_TRUE(seen.turn[0].starts_with(
      "reasoning: First, the user is asking about the weather in San Francisco. I have"));
  EXPECT_EQ(seen.turn[1], "call call_79382389 weather {\"location\":\"San Francisco\"}");
  EXPECT_EQ(seen.calls, (std::vector<std::string>{"call_79382389 weather"}));
  EXPECT_EQ(seen.stop, "tool_use");
  EXPECT_EQ(seen.model, "grok-3-mini");
  EXPECT_EQ(seen.usage, "1/306/0+0/253/227");
}

TEST(RecordedMoonshot, DeepSeeksThinking) {
  const std::string stream = bytes_of("kimi/test_deepseek_model_thinking_stream.1.resp.200.sse");
  const Seen seen = replay_cut(kCompatible, "asked", stream);
  ASSERT_EQ(seen.turn.size(), 2u);
  EXPECT_TRUE(seen.turn[0].starts_with(
      "reasoning: Hmm, the user just said \"Hello\". It's a simple greeting but I wonder if"));
  EXPECT_EQ(seen.turn[1], "text: Hello there! \U0001F60A How can I help you today?");
  EXPECT_EQ(seen.heard, "Hello there! \U0001F60A How can I help you today?");
  EXPECT_EQ(seen.stop, "end_turn");
  EXPECT_EQ(seen.usage, "6/0/0+0/212/198");
}

TEST(RecordedMoonshot, CacheWritesAndReads) {
  const auto first = completion("test_openai_chat_prompt_cache_e2e.1.resp.200.json",
                                ProviderKind::kOpenAiCompatible);
  const auto second = completion("test_openai_chat_prompt_cache_e2e.2.resp.200.json",
                                 ProviderKind::kOpenAiCompatible);
  ASSERT_TRUE(first.has_value() && second.has_value());
  EXPECT_EQ(first->usage(), (Usage{.input = 8, .cache_write_short = 4012, .output = 4}));
  EXPECT_EQ(second->usage(), (Usage{.input = 8, .cached = 4012, .output = 4}));
  EXPECT_EQ(first->prompt_tokens, 4020);
  EXPECT_EQ(first->billed.at(0).service_tier, "default");
}

/// The fragments that real responses were quoted with, each completed to a stream.
TEST(RecordedMoonshot, QuotedFragments) {
  const json::object file = object_of("kimi/kimi-real-fragments.json");
  const json::array& fragments = file.at("fragments").as_array();
  const auto chunk = [&](std::size_t i) {
    return "data: " + json::serialize(fragments[i].at("chunk")) + "\n\n";
  };
  const auto raw = [&](std::size_t i) {
    return std::string(fragments[i].at("raw").as_string().c_str());
  };
  const Seen cached = replay_cut(kMoonshot, "asked", chunk(0) + std::string(kDone));
  EXPECT_EQ(cached.usage, "0/8/0+0/11/0");
  EXPECT_EQ(cached.model, "kimi-k2-turbo-preview");
  const Seen details = replay_cut(kMoonshot, "asked", chunk(1) + std::string(kDone));
  EXPECT_EQ(details.usage, "0/8/0+0/113/0");
  const Seen joined =
      replay_cut(kMoonshot, "asked", chunk(2) + raw(3) + chunk(1) + std::string(kDone));
  EXPECT_EQ(joined.turn, (std::vector<std::string>{"text: KCHATS"}));
  EXPECT_EQ(joined.stop, "end_turn");
  const Seen old = replay_cut(kMoonshot, "asked", raw(4));
  EXPECT_EQ(old.usage, "39/0/0+0/211/0");
  EXPECT_EQ(old.stop, "end_turn");
}

TEST(RecordedMoonshot, TheRequestHasTheShapeOfARecordedOne) {
  ModelRequest request{.model = "deepseek-reasoner"};
  request.turns = {{Role::kUser, {TextBlock{"Hello"}}}};
  const HttpPost post = kCompatible.build(request, "");
  EXPECT_EQ(post.target, "/chat/completions");
  json::object built = *parse_json_object(post.body);
  built.erase("max_tokens");
  EXPECT_EQ(built, request_body("kimi/test_deepseek_model_thinking_stream.1.req.json"));
}

}  // namespace
}  // namespace coditect::providers::recorded
