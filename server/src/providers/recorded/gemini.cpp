#include <gtest/gtest.h>

#include "providers/decode.h"
#include "providers/gemini/decoder.h"
#include "providers/gemini/dialect.h"
#include "providers/recorded/recordings.h"
#include "providers/testing/heard.h"

namespace coditect::providers::recorded {
namespace {

const GeminiDialect kDialect;
constexpr std::string_view kModel = "gemini-3-pro-preview";

Seen stream(std::string_view name) {
  return replay_cut(kDialect, kModel, bytes_of("gemini/" + std::string(name)));
}
Seen chunks(std::string_view name) {
  const std::string bytes = bytes_of("gemini/" + std::string(name) + ".chunks.txt");
  return replay_cut(kDialect, kModel, stream_of_chunks(bytes, Framing::kDataWithCrLf));
}

TEST(RecordedGemini, TextWithASignatureInAPartOfItsOwn) {
  const Seen seen = chunks("google-text");
  const std::string text = "There are **3** \"r\"s in strawberry.\n\nst**r**awbe**rr**y";
  ASSERT_EQ(seen.turn.size(), 2u);
  EXPECT_EQ(seen.turn[0], "text: " + text);
  EXPECT_TRUE(seen.turn[1].starts_with("text:  <- {\"thoughtSignature\":\"EqsFCqgFAb4+9vvtAF5"));
  EXPECT_EQ(seen.heard, text);
  EXPECT_EQ(seen.stop, "end_turn");
  EXPECT_EQ(seen.model, "gemini-3-pro-preview");
  EXPECT_EQ(seen.usage, "9/0/0+0/208/185");  // 23 candidates + 185 thoughts
}

TEST(RecordedGemini, ReasoningOfGeneration3) {
  const Seen seen = chunks("google-reasoning-gemini3");
  ASSERT_EQ(seen.turn.size(), 2u);
  EXPECT_EQ(seen.turn[0], "text: There are **3** \"r\"s in strawberry.\n\nSt**r**awbe**rr**y");
  EXPECT_TRUE(seen.turn[1].contains("thoughtSignature"));
  EXPECT_EQ(seen.usage, "9/0/0+0/325/302");
}

TEST(RecordedGemini, ArgumentsInPieces) {
  const Seen seen = chunks("google-stream-tool-call-arguments");
  const std::string id = "call_dqHOab6xGLzWodAPkPuViA4_";
  ASSERT_EQ(seen.turn.size(), 2u);
  EXPECT_TRUE(seen.turn[0].starts_with("call " + id +
                                       "0 getWeather {\"location\":\"Boston\"} <- "
                                       "{\"thoughtSignature\":\"CiMBjz1rX25KieIB4d4"))
      << seen.turn[0];
  EXPECT_EQ(seen.turn[1], "call " + id + "1 getWeather {\"location\":\"San Francisco\"}");
  EXPECT_EQ(seen.calls, (std::vector<std::string>{id + "0 getWeather", id + "1 getWeather"}));
  EXPECT_EQ(seen.stop, "tool_use");
  EXPECT_EQ(seen.usage, "26/0/0+0/155/132");
}

TEST(RecordedGemini, PlainStream) {
  const Seen expected{.turn = {"text: The capital of France is Paris.\n"},
                      .heard = "The capital of France is Paris.\n",
                      .stop = "end_turn",
                      .model = "gemini-2.0-flash-exp",
                      .usage = "13/0/0+0/8/0"};
  EXPECT_EQ(stream("test_google_model_stream.1.resp.200.sse"), expected);
}

TEST(RecordedGemini, TheLastUsageWins) {
  const Seen seen = stream("test_google_stream_usage_is_live_mid_stream.1.resp.200.sse");
  EXPECT_TRUE(seen.heard.starts_with("1\n2\n3\n"));
  EXPECT_TRUE(seen.heard.ends_with("28\n29\n30"));
  EXPECT_EQ(seen.usage, "18/0/0+0/115/35");
  EXPECT_EQ(seen.tier, "standard");
}

TEST(RecordedGemini, AWholeResponse) {
  gemini::Decoder decoder{std::string(kModel)};
  Heard heard;
  const auto response = object_of("gemini/test_google_model_gemini_3_5_flash.1.resp.200.json");
  ASSERT_TRUE(decoder.take_chunk(response, heard).has_value());
  const Seen seen = see(decoder.finish());
  ASSERT_EQ(seen.turn.size(), 1u);
  EXPECT_TRUE(seen.turn[0].starts_with("text: 4 <- {\"thoughtSignature\":\"EpwCCpkCAQw51sdP"));
  EXPECT_EQ(seen.model, "gemini-3.5-flash");
  EXPECT_EQ(seen.usage, "15/0/0+0/73/72");
  EXPECT_EQ(seen.tier, "standard");
}

/// The recording client wrote base64 with the alphabet of URLs; ours sends back what it got.
std::string url_alphabet(std::string text) {
  for (char& byte : text) {
    if (byte == '+') byte = '-';
    if (byte == '/') byte = '_';
  }
  return text;
}

TEST(RecordedGemini, TheSignatureComesBackOnItsCall) {
  const std::string name = "test_google_streaming_tool_call_thought_signature";
  const std::string first = bytes_of("gemini/" + name + ".1.resp.200.sse");
  const Seen seen = replay_cut(kDialect, kModel, first);
  ASSERT_EQ(seen.turn.size(), 1u);
  EXPECT_TRUE(seen.turn[0].starts_with("call call_QUVVadTSNJ6_qtsPvN7J8Q0_0 get_country {} <- "));
  EXPECT_EQ(seen.stop, "tool_use");
  EXPECT_EQ(seen.usage, "29/0/0+0/212/202");

  gemini::Decoder decoder{std::string(kModel)};
  Heard heard;
  SseParser parser;
  std::vector<SseEvent> events;
  ASSERT_TRUE(parser.feed(first, events).ok());
  for (const SseEvent& event : events) ASSERT_TRUE(decoder.take(event, heard).has_value());
  const auto answer = decoder.finish();
  ASSERT_TRUE(answer.has_value());
  const auto& call = std::get<ToolCall>(answer->turn.blocks.at(0));
  ModelRequest request{.model = std::string(kModel)};
  const std::string question = "What is the capital of the user country? Call the tool";
  request.turns = {{Role::kUser, {TextBlock{question}}},
                   answer->turn,
                   {Role::kUser, {ToolResult{call.id, call.name, "Mexico"}}}};
  const HttpPost built = kDialect.build(request, "");
  EXPECT_EQ(built.target, "/v1beta/models/gemini-3-pro-preview:streamGenerateContent?alt=sse");
  const json::object body = *parse_json_object(built.body);
  const json::object recorded = request_body("gemini/" + name + ".2.req.json");
  const json::value& ours = body.at("contents");
  const json::value& theirs = recorded.at("contents");
  ASSERT_EQ(ours.as_array().size(), theirs.as_array().size());
  EXPECT_EQ(ours.at(0), theirs.at(0));
  const json::object& our_call = ours.at(1).at("parts").at(0).as_object();
  const json::object& their_call = theirs.at(1).at("parts").at(0).as_object();
  EXPECT_EQ(url_alphabet(text_of(our_call, "thoughtSignature")),
            url_alphabet(text_of(their_call, "thoughtSignature")));
  EXPECT_EQ(our_call.at("functionCall").at("name"), their_call.at("functionCall").at("name"));
  EXPECT_EQ(our_call.at("functionCall").at("args"), their_call.at("functionCall").at("args"));
  const json::value& response = ours.at(2).at("parts").at(0).at("functionResponse");
  // The API named no id, so none goes back.
  EXPECT_FALSE(response.as_object().contains("id"));
  EXPECT_FALSE(our_call.at("functionCall").as_object().contains("id"));
  EXPECT_EQ(response.at("name"), "get_country");
  EXPECT_EQ(response.at("response"), (json::object{{"output", "Mexico"}}));
}

TEST(RecordedGemini, TheAnswerAfterTheTool) {
  const Seen expected{.turn = {"text: The capital of Mexico is Mexico City."},
                      .heard = "The capital of Mexico is Mexico City.",
                      .stop = "end_turn",
                      .model = "gemini-3-pro-preview",
                      .usage = "257/0/0+0/8/0"};
  EXPECT_EQ(stream("test_google_streaming_tool_call_thought_signature.2.resp.200.sse"), expected);
}

TEST(RecordedGemini, AStreamWithoutItsLastChunkIsNoAnswer) {
  std::string bytes = bytes_of("gemini/test_google_model_stream.1.resp.200.sse");
  bytes.resize(bytes.rfind("data: "));
  EXPECT_EQ(replay(kDialect, kModel, bytes).stop, "error: network");
}

}  // namespace
}  // namespace coditect::providers::recorded
