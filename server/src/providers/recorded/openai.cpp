#include <gtest/gtest.h>

#include "providers/openai/decoder.h"
#include "providers/openai/dialect.h"
#include "providers/recorded/recordings.h"
#include "providers/testing/heard.h"

namespace coditect::providers::recorded {
namespace {

const OpenAiDialect kDialect;

Seen chunks(std::string_view name) {
  const std::string bytes = bytes_of("codex/" + std::string(name) + ".chunks.txt");
  return replay_cut(kDialect, "asked", stream_of_chunks(bytes, Framing::kNamedEvents));
}

ProviderResult<ModelAnswer> response(std::string_view name, std::string_view model) {
  openai::Decoder decoder{std::string(model)};
  if (auto taken = decoder.take_response(object_of("codex/" + std::string(name))); !taken) {
    return taken.error();
  }
  return decoder.finish();
}

/// The recording client leaves these fields of the vendor's items out; ours sends them back.
void without_extras(json::array& items) {
  for (json::value& item : items) {
    json::object& fields = item.as_object();
    if (fields["type"] != "message") fields.erase("status");
    if (!fields.contains("content") || !fields["content"].is_array()) continue;
    for (json::value& part : fields["content"].as_array()) part.as_object().erase("logprobs");
  }
}

TEST(RecordedOpenAi, AnotherClientsPatchToolIsACallThatComesBack) {
  const Seen seen = chunks("openai-apply-patch-tool.1");
  ASSERT_EQ(seen.turn.size(), 1u);
  EXPECT_TRUE(seen.turn[0].starts_with(
      "call call_kA46f91ZwocQyMCKyyZqRyC5 apply_patch {\"type\":\"create_file\",\"diff\":"))
      << seen.turn[0];
  EXPECT_TRUE(seen.turn[0].contains(" <- {\"id\":\"apc_0372d86dfc1762fe"));
  EXPECT_EQ(seen.calls, std::vector<std::string>{"call_kA46f91ZwocQyMCKyyZqRyC5 apply_patch"});
  EXPECT_TRUE(seen.turn[0].contains("\"status\":\"completed\""));
  EXPECT_TRUE(seen.turn[0].contains("+- [ ] Coffee\\n"));
  EXPECT_EQ(seen.stop, "tool_use");
  EXPECT_EQ(seen.model, "gpt-5.1-2025-11-13");
  EXPECT_EQ(seen.usage, "642/0/0+0/67/0");
  EXPECT_EQ(seen.tier, "default");
}

TEST(RecordedOpenAi, QuotaInTheMiddleOfAStream) {
  const Seen expected{.stop = "error: quota", .detail = "insufficient_quota"};
  EXPECT_EQ(chunks("openai-error.1"), expected);
}

TEST(RecordedOpenAi, Phases) {
  const Seen seen = chunks("openai-phase.1");
  ASSERT_EQ(seen.turn.size(), 2u);
  EXPECT_TRUE(seen.turn[0].starts_with("text[commentary]: Got it"));
  EXPECT_TRUE(seen.turn[1].starts_with("text[final_answer]: Here are a few **AI headlines"));
  EXPECT_TRUE(seen.turn[1].contains("\"phase\":\"final_answer\""));
  // The recording keeps two deltas of each message.
  EXPECT_EQ(seen.heard, "Got itHere are a few **AI");
  EXPECT_EQ(seen.stop, "end_turn");
  EXPECT_EQ(seen.model, "gpt-5.3-codex");
  EXPECT_EQ(seen.usage, "4040/3072/0+0/463/64");
}

TEST(RecordedOpenAi, ALocalShellConversationsEnd) {
  const Seen seen = chunks("openai-shell-local-multiturn.1");
  ASSERT_EQ(seen.turn.size(), 1u);
  EXPECT_TRUE(seen.turn[0].starts_with("text: `arm64` (Apple Silicon). <- {"));
  EXPECT_EQ(seen.heard, "`arm64` (Apple Silicon).");
  EXPECT_EQ(seen.usage, "444/0/0+0/12/0");
}

/// The recording holds four responses, one after the other.
std::vector<std::string> responses_of(std::string_view chunks) {
  std::vector<std::string> all;
  std::string_view rest = chunks;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size() - 1);
    const std::string_view line = rest.substr(0, end + 1);
    if (line.starts_with("{\"type\":\"response.created\"")) all.emplace_back();
    if (!all.empty()) all.back() += line;
    rest.remove_prefix(end + 1);
  }
  return all;
}

TEST(RecordedOpenAi, ReasoningIsKeptAsTheDoneEventGivesIt) {
  const auto all = responses_of(bytes_of("codex/openai-reasoning-encrypted-content.1.chunks.txt"));
  ASSERT_EQ(all.size(), 4u);
  std::vector<Seen> seen;
  for (const std::string& one : all) {
    seen.push_back(replay_cut(kDialect, "asked", stream_of_chunks(one, Framing::kNamedEvents)));
  }
  ASSERT_EQ(seen[0].turn.size(), 2u);
  EXPECT_TRUE(seen[0].turn[0].starts_with(
      "reasoning: **Calculating step-by-step using calculator**\n\nI'll compute 12 plus 7, then "
      "multiply the result by 3, and finally multiply that by 10, reporting the final product."));
  EXPECT_TRUE(seen[0].turn[0].contains("\"encrypted_content\":\"gAAAAABpPDIVOKrsHNZ0Gwso"));
  EXPECT_FALSE(seen[0].turn[0].contains("gAAAAABpPDIUph8czEXz"));  // of the added event
  EXPECT_TRUE(seen[0].turn[1].starts_with(
      "call call_AB6AaRZ1FYZB2RwS6A5vbdqn calculator {\"a\":12,\"b\":7,\"op\":\"add\"} <- "));
  EXPECT_EQ(seen[0].calls, (std::vector<std::string>{"call_AB6AaRZ1FYZB2RwS6A5vbdqn calculator"}));
  EXPECT_EQ(seen[0].stop, "tool_use");
  EXPECT_EQ(seen[0].usage, "134/0/0+0/28/0");
  EXPECT_TRUE(seen[1].turn.at(0).contains("{\"a\":19,\"b\":3,\"op\":\"multiply\"}"));
  EXPECT_EQ(seen[1].usage, "221/0/0+0/26/0");
  EXPECT_TRUE(seen[2].turn.at(0).contains("{\"a\":57,\"b\":10,\"op\":\"multiply\"}"));
  EXPECT_EQ(seen[2].stop, "tool_use");
  EXPECT_EQ(seen[3].heard, "The final result is **570**.");
  EXPECT_EQ(seen[3].stop, "end_turn");
  EXPECT_EQ(seen[3].usage, "299/0/0+0/12/0");
  EXPECT_EQ(seen[3].model, "gpt-5.1-codex-max");
}

TEST(RecordedOpenAi, AWholeStreamWithEventNames) {
  const std::string name = "codex/test_openai_responses_stream.";
  const Seen first = replay_cut(kDialect, "gpt-4o", bytes_of(name + "1.resp.200.sse"));
  ASSERT_EQ(first.turn.size(), 1u);
  EXPECT_TRUE(first.turn[0].starts_with(
      "call call_kL0PCQV7M2WMoVX8V8OtYSAL get_capital {\"country\":\"France\"} <- "));
  EXPECT_EQ(first.stop, "tool_use");
  EXPECT_EQ(first.model, "gpt-4o-2024-08-06");
  EXPECT_EQ(first.usage, "255/0/0+0/16/0");
  const Seen second = replay_cut(kDialect, "gpt-4o", bytes_of(name + "2.resp.200.sse"));
  EXPECT_EQ(second.heard, "The capital of France is Paris.");
  EXPECT_EQ(second.stop, "end_turn");
  EXPECT_EQ(second.usage, "278/0/0+0/9/0");
}

TEST(RecordedOpenAi, ThePhaseAndTheReasoningComeBack) {
  const auto first = response("test_openai_responses_phase_live.1.resp.200.json", "gpt-5.5");
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->stop, StopReason::kToolUse);
  EXPECT_EQ(first->usage(), (Usage{.input = 63, .output = 72, .reasoning = 29}));

  ModelRequest request{.model = "gpt-5.5"};
  request.turns = {
      {Role::kUser, {TextBlock{"What is the capital of PotatoLand?"}}},
      first->turn,
      {Role::kUser, {ToolResult{"call_ALAJMWK9buNN7RXxxXbECcHa", "get_capital", "Potato City"}}}};
  json::object built = *parse_json_object(kDialect.build(request, "").body);
  const json::object recorded = request_body("codex/test_openai_responses_phase_live.2.req.json");
  json::array ours = built["input"].as_array();
  json::array theirs = recorded.at("input").as_array();
  without_extras(ours);
  ASSERT_EQ(ours.size(), theirs.size());
  for (std::size_t i = 1; i < ours.size(); ++i) EXPECT_EQ(ours[i], theirs[i]) << i;
  EXPECT_EQ(built["include"], recorded.at("include"));
  EXPECT_EQ(built["store"], false);

  const auto second = response("test_openai_responses_phase_live.2.resp.200.json", "gpt-5.5");
  ASSERT_TRUE(second.has_value());
  EXPECT_EQ(std::get<TextBlock>(second->turn.blocks.at(0)).phase, "final_answer");
  EXPECT_EQ(second->stop, StopReason::kEndTurn);
}

TEST(RecordedOpenAi, ReasoningItemsComeBackWithToolResults) {
  const std::string name = "test_openai_responses_thinking_with_tool_calls.";
  const auto first = response(name + "1.resp.200.json", "gpt-5");
  ASSERT_TRUE(first.has_value());
  const auto& reasoning = std::get<Reasoning>(first->turn.blocks.at(0));
  EXPECT_TRUE(reasoning.text.starts_with("**Creating a structured poem**\n\n"));
  EXPECT_TRUE(reasoning.text.contains("\n\n**Finalizing the poem and updating the plan**\n\n"));
  EXPECT_EQ(first->usage(), (Usage{.input = 124, .output = 1926, .reasoning = 1792}));

  ModelRequest request{.model = "gpt-5"};
  request.turns = {
      {Role::kUser, {TextBlock{"?"}}},
      first->turn,
      {Role::kUser, {ToolResult{"call_gL7JE6GDeGGsFubqO2XGytyO", "update_plan", "plan updated"}}}};
  json::array ours = parse_json_object(kDialect.build(request, "").body)->at("input").as_array();
  without_extras(ours);
  const json::array theirs = request_body("codex/" + name + "2.req.json").at("input").as_array();
  ASSERT_EQ(ours.size(), theirs.size());
  for (std::size_t i = 1; i < ours.size(); ++i) EXPECT_EQ(ours[i], theirs[i]) << i;

  const auto second = response(name + "2.resp.200.json", "gpt-5");
  ASSERT_TRUE(second.has_value());
  EXPECT_EQ(second->usage(), (Usage{.input = 39, .cached = 2048, .output = 124}));
  EXPECT_EQ(second->prompt_tokens, 2087);
}

TEST(RecordedOpenAi, AnUnsupportedParameter) {
  const ProviderError error = kDialect.decode_error(
      {400, {}, bytes_of("codex/reasoning-model-temperature-error.json"), {}});
  EXPECT_EQ(error.kind, ProviderError::Kind::kInvalidRequest);
  EXPECT_EQ(error.code, "invalid_request_error");
  EXPECT_FALSE(error.retryable);
  EXPECT_TRUE(error.message.starts_with("Unsupported parameter: 'temperature'"));
}

}  // namespace
}  // namespace coditect::providers::recorded
