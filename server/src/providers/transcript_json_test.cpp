#include "providers/transcript_json.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

namespace coditect::providers {
namespace {

std::string text() { return *rc::gen::container<std::string>(rc::gen::inRange('a', 'f')); }

std::optional<VendorItem> echo() {
  if (*rc::gen::arbitrary<bool>()) return std::nullopt;
  const auto kind =
      *rc::gen::element(ProviderKind::kAnthropic, ProviderKind::kGemini, ProviderKind::kOpenAi,
                        ProviderKind::kMoonshot, ProviderKind::kOpenAiCompatible);
  return VendorItem{kind, text(), {{"signature", text()}, {"n", *rc::gen::arbitrary<int>()}}};
}

Block block() {
  switch (*rc::gen::inRange(0, 6)) {
    case 0: return TextBlock{text(), text(), echo()};
    case 1: return ToolCall{text(), text(), {{"path", text()}}, echo()};
    case 2: {
      const auto outcome = *rc::gen::element(ToolOutcome::kOk, ToolOutcome::kError);
      return ToolResult{text(), text(), text(), outcome};
    }
    case 3: return Reasoning{text(), echo()};
    case 4: return ImageBlock{text(), text()};
    default: return OpaqueBlock{{ProviderKind::kOpenAi, text(), {{"item", text()}}}};
  }
}

RC_GTEST_PROP(TranscriptJson, ATurnComesBackAsItWas, ()) {
  Turn turn{*rc::gen::element(Role::kUser, Role::kAssistant), {}};
  for (int i = *rc::gen::inRange(0, 6); i > 0; --i) turn.blocks.push_back(block());
  const json::object written = to_json(turn);
  const auto read = parse_turn(*parse_json_object(json::serialize(written)));
  if (!read.ok()) RC_FAIL(read.error().message);
  RC_ASSERT(read->role == turn.role);
  RC_ASSERT(to_json(*read) == written);
  RC_ASSERT(read->blocks.size() == turn.blocks.size());
  for (std::size_t i = 0; i < turn.blocks.size(); ++i) {
    RC_ASSERT(read->blocks[i].index() == turn.blocks[i].index());
  }
}

TEST(TranscriptJson, EveryFieldIsThere) {
  const VendorItem echo{ProviderKind::kGemini, "m", {{"sig", "s"}}};
  const Turn turn{Role::kAssistant,
                  {TextBlock{"t", "commentary", echo}, ToolCall{"1", "read_file", {{"p", 1}}, echo},
                   ToolResult{"1", "read_file", "out", ToolOutcome::kError}, Reasoning{"r", echo},
                   OpaqueBlock{echo}}};
  const auto read = parse_turn(to_json(turn));
  ASSERT_TRUE(read.ok());
  const auto& said = std::get<TextBlock>(read->blocks[0]);
  EXPECT_EQ(said.text + said.phase, "tcommentary");
  EXPECT_EQ(said.echo->item, echo.item);
  EXPECT_EQ(said.echo->provider, echo.provider);
  EXPECT_EQ(said.echo->model, "m");
  const auto& call = std::get<ToolCall>(read->blocks[1]);
  EXPECT_EQ(call.id + call.name, "1read_file");
  EXPECT_EQ(call.input, (json::object{{"p", 1}}));
  EXPECT_TRUE(call.echo.has_value());
  const auto& result = std::get<ToolResult>(read->blocks[2]);
  EXPECT_EQ(result.call_id + result.name + result.output, "1read_fileout");
  EXPECT_EQ(result.outcome, ToolOutcome::kError);
  EXPECT_EQ(std::get<Reasoning>(read->blocks[3]).text, "r");
  EXPECT_TRUE(std::get<Reasoning>(read->blocks[3]).echo.has_value());
  EXPECT_EQ(std::get<OpaqueBlock>(read->blocks[4]).echo.item, echo.item);
}

TEST(TranscriptJson, RefusesWhatIsNoTurn) {
  for (const char* bad :
       {R"({})", R"({"role":"user"})", R"({"role":"system","blocks":[]})",
        R"({"role":"user","blocks":[1]})", R"({"role":"user","blocks":[{"type":"odd"}]})",
        R"({"role":"user","blocks":[{"type":"text"}]})",
        R"({"role":"user","blocks":[{"type":"tool_call","id":"1","name":"x"}]})",
        R"({"role":"user","blocks":[{"type":"tool_result","call":"1","name":"x","output":""}]})",
        R"({"role":"user","blocks":[{"type":"opaque"}]})",
        R"({"role":"user","blocks":[{"type":"text","text":"","echo":{"provider":"nobody"}}]})"}) {
    EXPECT_FALSE(parse_turn(*parse_json_object(bad)).ok()) << bad;
  }
}

}  // namespace
}  // namespace coditect::providers
