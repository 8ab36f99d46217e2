#include "providers/request_bytes.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "providers/anthropic/dialect.h"
#include "providers/gemini/dialect.h"
#include "providers/moonshot/dialect.h"
#include "providers/openai/dialect.h"

namespace coditect::providers {
namespace {

constexpr const char* kModel = "model-x";

std::vector<std::unique_ptr<Dialect>> dialects() {
  std::vector<std::unique_ptr<Dialect>> all;
  all.push_back(std::make_unique<AnthropicDialect>());
  all.push_back(std::make_unique<GeminiDialect>());
  all.push_back(std::make_unique<OpenAiDialect>());
  all.push_back(std::make_unique<MoonshotDialect>(ProviderKind::kMoonshot));
  all.push_back(std::make_unique<MoonshotDialect>(ProviderKind::kOpenAiCompatible));
  return all;
}

int below(int beyond) { return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(0, beyond)); }

/// Text that JSON makes longer: quotes, control characters, more than one byte a character.
std::string text() {
  constexpr std::string_view kPieces[] = {"word ", "\"",       "\\", "\n",           "\x01", "\x1f",
                                          "7",     "\xc3\xa9", "/",  "\xe6\xbc\xa2", "\t"};
  std::string made;
  for (int pieces = below(20); pieces > 0; --pieces) {
    made += kPieces[static_cast<std::size_t>(below(std::size(kPieces)))];
  }
  return made;
}

std::optional<VendorItem> echo(ProviderKind kind) {
  if (below(2) == 0) return std::nullopt;
  return VendorItem{kind, kModel, {{"type", "reasoning"}, {"data", text()}}};
}

Block block(Role role, ProviderKind kind) {
  if (role == Role::kUser) {
    if (below(2) == 0) return TextBlock{text(), {}};
    return ToolResult{text(), "read_file", text(),
                      below(2) == 0 ? ToolOutcome::kOk : ToolOutcome::kError};
  }
  switch (below(4)) {
    case 0: return ToolCall{text(), "read_file", {{"path", text()}, {text(), 1}}, echo(kind)};
    case 1: return Reasoning{text(), echo(kind)};
    case 2: return OpaqueBlock{{kind, kModel, {{"data", text()}}}};
    default: return TextBlock{text(), "commentary", echo(kind)};
  }
}

ModelRequest story(ProviderKind kind) {
  ModelRequest request{.model = kModel, .system = text(), .cache_key = "t_1"};
  for (int tools = below(4); tools > 0; --tools) {
    request.tools.push_back({"read_file", text(), {{"type", "object"}, {"description", text()}}});
  }
  for (int turns = below(6); turns > 0; --turns) {
    Turn turn{below(2) == 0 ? Role::kUser : Role::kAssistant, {}};
    for (int blocks = below(5); blocks > 0; --blocks) {
      turn.blocks.push_back(block(turn.role, kind));
    }
    request.turns.push_back(std::move(turn));
  }
  if (below(2) == 0) request.effort = Effort::kMax;
  if (below(2) == 0) request.stop_sequences = {text(), "END"};
  return request;
}

RC_GTEST_PROP(RequestBytes, NoDialectWritesMore, ()) {
  for (const auto& dialect : dialects()) {
    const ModelRequest request = story(dialect->kind());
    const HttpPost post = dialect->build(request, "");
    RC_ASSERT(static_cast<std::int64_t>(post.body.size()) <= request_bytes(request));
  }
}

TEST(RequestBytes, GrowWithEverythingThatIsSent) {
  ModelRequest request{.model = kModel};
  std::int64_t before = request_bytes(request);
  const auto grows_by = [&](std::int64_t least, const char* what) {
    const std::int64_t now = request_bytes(request);
    EXPECT_GE(now, before + least) << what;
    before = now;
  };
  const std::string thousand(1000, 'x');
  request.system = thousand;
  grows_by(1000, "system");
  request.tools = {{"read_file", thousand, {{"description", thousand}}}};
  grows_by(2000, "tool");
  request.turns = {{Role::kUser, {TextBlock{thousand}, ToolResult{"c", "n", thousand}}}};
  grows_by(2000, "turn");
  const VendorItem item{ProviderKind::kOpenAi, kModel, {{"encrypted_content", thousand}}};
  request.turns.push_back(
      {Role::kAssistant,
       {Reasoning{"", item}, OpaqueBlock{item}, ToolCall{"c", "n", {{"path", thousand}}, item}}});
  grows_by(4000, "what a vendor wants back");
}

}  // namespace
}  // namespace coditect::providers
