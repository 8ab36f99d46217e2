// What each dialect sends for one story that holds every kind of block, several vendors' items and
// the ids that trouble them.
#include <gtest/gtest.h>

#include <memory>
#include <tuple>

#include "providers/anthropic/dialect.h"
#include "providers/gemini/dialect.h"
#include "providers/moonshot/dialect.h"
#include "providers/openai/dialect.h"
#include "providers/tool_call_ids.h"

namespace coditect::providers {
namespace {

json::value parse(std::string_view text) {
  auto parsed = parse_json(text);
  EXPECT_TRUE(parsed.ok()) << text;
  return parsed.ok() ? *std::move(parsed) : json::value{};
}

VendorItem item(ProviderKind kind, std::string model, std::string_view text) {
  return {kind, std::move(model), parse(text).as_object()};
}

/// A conversation that began with Kimi, whose ids repeat, and went on with `kind`'s `model`.
ModelRequest story(ProviderKind kind, const std::string& model, std::string_view echo) {
  ModelRequest request{.model = model, .system = "Be brief."};
  request.tools = {{"read_file", "Reads a file.", {{"type", "object"}}}};
  request.max_output_tokens = 1000;
  request.cache_key = "task-1";
  request.stop_sequences = {"END"};
  const json::object path{{"path", "a"}};
  request.turns = {
      {Role::kUser, {TextBlock{"Read a."}, TextBlock{""}}},
      {Role::kAssistant,
       {Reasoning{"hm", item(ProviderKind::kMoonshot, "kimi-x", R"({"reasoning_content":"hm"})")},
        TextBlock{"Sure."}, ToolCall{"functions.read_file:0", "read_file", path}}},
      {Role::kUser,
       {ToolResult{"functions.read_file:0", "read_file", "no such file", ToolOutcome::kError}}},
      {Role::kAssistant,
       {Reasoning{"so", item(kind, model, echo)},
        ToolCall{"functions.read_file:0", "read_file", path}}},
      {Role::kUser, {ToolResult{"functions.read_file:0", "read_file", "text"}}},
      {Role::kUser, {TextBlock{"And now?"}}}};
  return request;
}

json::value built(const Dialect& dialect, const ModelRequest& request) {
  return parse(dialect.build(request, "").body);
}

TEST(Request, Anthropic) {
  const AnthropicDialect dialect;
  const ModelRequest request =
      story(dialect.kind(), "claude-x", R"({"type":"thinking","thinking":"so","signature":"S"})");
  const json::value expected = parse(R"json({
    "model": "claude-x", "max_tokens": 1000, "stream": true, "stop_sequences": ["END"],
    "system": [{"type": "text", "text": "Be brief."}],
    "tools": [{"name": "read_file", "description": "Reads a file.",
               "input_schema": {"type": "object"}}],
    "messages": [
      {"role": "user", "content": [{"type": "text", "text": "Read a."}]},
      {"role": "assistant", "content": [
        {"type": "text", "text": "Sure."},
        {"type": "tool_use", "id": "functions_read_file_0", "name": "read_file",
         "input": {"path": "a"}}]},
      {"role": "user", "content": [
        {"type": "tool_result", "tool_use_id": "functions_read_file_0",
         "content": "no such file", "is_error": true}]},
      {"role": "assistant", "content": [
        {"type": "thinking", "thinking": "so", "signature": "S"},
        {"type": "tool_use", "id": "functions_read_file_0_2", "name": "read_file",
         "input": {"path": "a"}}]},
      {"role": "user", "content": [
        {"type": "tool_result", "tool_use_id": "functions_read_file_0_2", "content": "text",
         "is_error": false},
        {"type": "text", "text": "And now?"}]}
    ]})json");
  EXPECT_EQ(built(dialect, request), expected);
  EXPECT_EQ(dialect.build(request, "").target, "/v1/messages");
}

TEST(Request, Gemini) {
  const GeminiDialect dialect;
  ModelRequest request = story(dialect.kind(), "gemini-4-argon", R"({"thoughtSignature":"S1"})");
  auto& call = std::get<ToolCall>(request.turns[3].blocks[1]);
  call.echo = item(dialect.kind(), "gemini-4-argon",
                   R"({"thoughtSignature":"S2","id":"functions.read_file:0"})");
  const json::value expected = parse(R"json({
    "contents": [
      {"role": "user", "parts": [{"text": "Read a."}]},
      {"role": "model", "parts": [
        {"text": "Sure."},
        {"functionCall": {"name": "read_file", "args": {"path": "a"}},
         "thoughtSignature": "skip_thought_signature_validator"}]},
      {"role": "user", "parts": [
        {"functionResponse": {"name": "read_file",
                              "response": {"error": "no such file"}}}]},
      {"role": "model", "parts": [
        {"text": "so", "thought": true, "thoughtSignature": "S1"},
        {"functionCall": {"id": "functions.read_file:0", "name": "read_file",
                          "args": {"path": "a"}},
         "thoughtSignature": "S2"}]},
      {"role": "user", "parts": [
        {"functionResponse": {"id": "functions.read_file:0", "name": "read_file",
                              "response": {"output": "text"}}},
        {"text": "And now?"}]}],
    "systemInstruction": {"parts": [{"text": "Be brief."}]},
    "tools": [{"functionDeclarations": [
      {"name": "read_file", "description": "Reads a file.",
       "parametersJsonSchema": {"type": "object"}}]}],
    "generationConfig": {"maxOutputTokens": 1000, "stopSequences": ["END"]}
    })json");
  EXPECT_EQ(built(dialect, request), expected);
  EXPECT_EQ(parse(dialect.build(request, "T").body).at("continuationToken"), "T");
}

TEST(Request, GeminiModelNamesCannotLeaveTheirPlaceInThePath) {
  const ModelRequest request{.model = "../x?key=y#z"};
  EXPECT_EQ(GeminiDialect().build(request, "").target,
            "/v1beta/models/..%2Fx%3Fkey%3Dy%23z:streamGenerateContent?alt=sse");
}

TEST(Request, OpenAi) {
  const OpenAiDialect dialect;
  ModelRequest request = story(dialect.kind(), "gpt-6-sol",
                               R"({"type":"reasoning","id":"r","encrypted_content":"E"})");
  request.turns[1].blocks[1] = TextBlock{"Sure.", "commentary"};
  const json::value expected = parse(R"json({
    "model": "gpt-6-sol", "store": false, "stream": true, "max_output_tokens": 1000,
    "instructions": "Be brief.", "prompt_cache_key": "task-1",
    "include": ["reasoning.encrypted_content"],
    "tools": [{"type": "function", "name": "read_file", "description": "Reads a file.",
               "parameters": {"type": "object"}, "strict": false}],
    "input": [
      {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Read a."}]},
      {"type": "message", "role": "assistant", "phase": "commentary",
       "content": [{"type": "output_text", "text": "Sure."}]},
      {"type": "function_call", "call_id": "functions_read_file_0", "name": "read_file",
       "arguments": "{\"path\":\"a\"}"},
      {"type": "function_call_output", "call_id": "functions_read_file_0",
       "output": "no such file"},
      {"type": "reasoning", "id": "r", "encrypted_content": "E"},
      {"type": "function_call", "call_id": "functions_read_file_0_2", "name": "read_file",
       "arguments": "{\"path\":\"a\"}"},
      {"type": "function_call_output", "call_id": "functions_read_file_0_2", "output": "text"},
      {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "And now?"}]}
    ]})json");
  EXPECT_EQ(built(dialect, request), expected);
}

TEST(Request, Moonshot) {
  const MoonshotDialect dialect(ProviderKind::kMoonshot);
  const ModelRequest request = story(dialect.kind(), "kimi-k3", R"({"reasoning_content":"so"})");
  const json::value expected = parse(R"json({
    "model": "kimi-k3", "stream": true, "stream_options": {"include_usage": true},
    "max_completion_tokens": 1000, "stop": ["END"], "prompt_cache_key": "task-1",
    "tools": [{"type": "function", "function": {"name": "read_file",
      "description": "Reads a file.", "parameters": {"type": "object"}, "strict": false}}],
    "messages": [
      {"role": "system", "content": "Be brief."},
      {"role": "user", "content": "Read a."},
      {"role": "assistant", "content": "Sure.", "reasoning_content": "", "tool_calls": [
        {"id": "functions.read_file:0", "type": "function",
         "function": {"name": "read_file", "arguments": "{\"path\":\"a\"}"}}]},
      {"role": "tool", "tool_call_id": "functions.read_file:0", "content": "no such file"},
      {"role": "assistant", "content": "", "reasoning_content": "so", "tool_calls": [
        {"id": "functions.read_file:0", "type": "function",
         "function": {"name": "read_file", "arguments": "{\"path\":\"a\"}"}}]},
      {"role": "tool", "tool_call_id": "functions.read_file:0", "content": "text"},
      {"role": "user", "content": "And now?"}
    ]})json");
  EXPECT_EQ(built(dialect, request), expected);
}

TEST(Request, OpenAiCompatibleLeavesMoonshotsFieldsOut) {
  const MoonshotDialect dialect(ProviderKind::kOpenAiCompatible);
  ModelRequest request = story(ProviderKind::kMoonshot, "m", R"({"reasoning_content":"so"})");
  request.turns.push_back(
      {Role::kAssistant,
       {Reasoning{"x", item(dialect.kind(), "m", R"({"reasoning_content":"x"})")},
        TextBlock{"Done."}}});
  const json::value body = built(dialect, request);
  for (const char* key : {"prompt_cache_key", "thinking", "max_completion_tokens"}) {
    EXPECT_FALSE(body.as_object().contains(key)) << key;
  }
  EXPECT_EQ(body.at("max_tokens"), 1000);
  EXPECT_FALSE(body.at("tools").at(0).at("function").as_object().contains("strict"));
  EXPECT_FALSE(json::serialize(body).contains("reasoning_content"));
}

TEST(Request, AnotherModelsItemsAreDroppedAndItsTextKept) {
  const AnthropicDialect anthropic;
  const OpenAiDialect openai;
  const GeminiDialect gemini;
  const MoonshotDialect moonshot(ProviderKind::kMoonshot);
  const std::pair<const Dialect*, const char*> cases[] = {
      {&anthropic, R"({"type":"thinking","signature":"S-foreign"})"},
      {&openai, R"({"type":"reasoning","encrypted_content":"S-foreign"})"},
      {&gemini, R"({"thoughtSignature":"S-foreign"})"},
      {&moonshot, R"({"reasoning_content":"S-foreign"})"}};
  for (const auto& [dialect, echo] : cases) {
    ModelRequest request{.model = "newer"};
    const auto old = item(dialect->kind(), "older", echo);
    request.turns = {
        {Role::kUser, {TextBlock{"q"}}},
        {Role::kAssistant, {Reasoning{"", old}, TextBlock{"kept", "", old}, OpaqueBlock{old}}},
        {Role::kUser, {TextBlock{"q"}}}};
    const std::string body = dialect->build(request, "").body;
    EXPECT_FALSE(body.contains("S-foreign")) << to_string(dialect->kind());
    EXPECT_TRUE(body.contains("kept")) << to_string(dialect->kind());
  }
}

TEST(Request, AModelsOwnOpaqueItemsComeBackInPlace) {
  const AnthropicDialect anthropic;
  const OpenAiDialect openai;
  const GeminiDialect gemini;
  for (const Dialect* dialect :
       {static_cast<const Dialect*>(&anthropic), static_cast<const Dialect*>(&openai),
        static_cast<const Dialect*>(&gemini)}) {
    ModelRequest request{.model = "m"};
    const OpaqueBlock opaque{item(dialect->kind(), "m", R"({"type":"new","x":[1,2]})")};
    request.turns = {{Role::kUser, {TextBlock{"q"}}},
                     {Role::kAssistant, {TextBlock{"before"}, opaque, TextBlock{"after"}}},
                     {Role::kUser, {TextBlock{"q"}}}};
    const std::string body = dialect->build(request, "").body;
    const std::size_t at = body.find(R"({"type":"new","x":[1,2]})");
    ASSERT_NE(at, std::string::npos) << to_string(dialect->kind());
    EXPECT_LT(body.find("before"), at) << to_string(dialect->kind());
    EXPECT_GT(body.find("after"), at) << to_string(dialect->kind());
  }
}

TEST(Request, PicturesInEveryDialect) {
  const AnthropicDialect anthropic;
  const GeminiDialect gemini;
  const OpenAiDialect openai;
  const MoonshotDialect moonshot(ProviderKind::kMoonshot);
  const std::tuple<const Dialect*, const char*, const char*> cases[] = {
      {&anthropic, "messages", R"json([{"role": "user", "content": [
        {"type": "text", "text": "See."},
        {"type": "image",
         "source": {"type": "base64", "media_type": "image/png", "data": "UE5H"}}]}])json"},
      {&gemini, "contents", R"json([{"role": "user", "parts": [
        {"text": "See."}, {"inlineData": {"mimeType": "image/png", "data": "UE5H"}}]}])json"},
      {&openai, "input", R"json([
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "See."}]},
        {"type": "message", "role": "user", "content": [
          {"type": "input_image", "image_url": "data:image/png;base64,UE5H",
           "detail": "high"}]}])json"},
      {&moonshot, "messages", R"json([{"role": "user", "content": [
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,UE5H"}},
        {"type": "text", "text": "See."}]}])json"}};
  for (const auto& [dialect, key, expected] : cases) {
    ModelRequest request{.model = "m"};
    const auto base64 = std::make_shared<const std::string>("UE5H");
    request.turns = {{Role::kUser, {TextBlock{"See."}, ImageBlock{"h", "image/png", base64}}}};
    json::value said = built(*dialect, request).at(key);
    // Where Anthropic's cache ends is another test's.
    for (json::value& message : said.as_array()) {
      if (dialect != &anthropic) continue;
      for (json::value& part : message.at("content").as_array()) {
        part.as_object().erase("cache_control");
      }
    }
    EXPECT_EQ(said, parse(expected)) << to_string(dialect->kind());
  }
}

struct EffortCase {
  ProviderKind kind;
  const char* model;
  Effort effort;
  const char* key;       // a top-level key of the body
  const char* expected;  // its value, "" where it is absent
};

TEST(Request, Efforts) {
  const EffortCase cases[] = {
      {ProviderKind::kAnthropic, "claude-opus-5-5", Effort::kXHigh, "output_config",
       R"({"effort":"xhigh"})"},
      {ProviderKind::kAnthropic, "claude-opus-5-5", Effort::kMinimal, "output_config",
       R"({"effort":"low"})"},
      {ProviderKind::kAnthropic, "claude-opus-5-5", Effort::kHigh, "thinking",
       R"({"type":"adaptive"})"},
      {ProviderKind::kAnthropic, "claude-opus-5-5", Effort::kNone, "thinking", ""},
      {ProviderKind::kOpenAi, "gpt-6-sol", Effort::kNone, "reasoning",
       R"({"effort":"none","summary":"auto"})"},
      {ProviderKind::kOpenAi, "gpt-4o", Effort::kHigh, "reasoning", ""},
      {ProviderKind::kOpenAi, "gpt-4o", Effort::kHigh, "include", ""},
      {ProviderKind::kMoonshot, "kimi-k3", Effort::kMedium, "reasoning_effort", R"("high")"},
      {ProviderKind::kMoonshot, "kimi-k3.1-pro", Effort::kMax, "reasoning_effort", R"("max")"},
      {ProviderKind::kMoonshot, "kimi-k2.6", Effort::kNone, "thinking", R"({"type":"disabled"})"},
      {ProviderKind::kOpenAiCompatible, "m", Effort::kMax, "reasoning_effort", R"("high")"},
  };
  for (const EffortCase& test : cases) {
    ModelRequest request{.model = test.model};
    request.effort = test.effort;
    HttpPost post;
    if (test.kind == ProviderKind::kAnthropic) post = AnthropicDialect().build(request, "");
    if (test.kind == ProviderKind::kOpenAi) post = OpenAiDialect().build(request, "");
    if (test.kind >= ProviderKind::kMoonshot) post = MoonshotDialect(test.kind).build(request, "");
    const json::value body = parse(post.body);
    const json::value* value = body.as_object().if_contains(test.key);
    EXPECT_EQ(value == nullptr ? "" : json::serialize(*value), test.expected)
        << test.model << " " << to_string(test.effort);
  }
}

struct ThinkingCase {
  const char* model;
  Effort effort;
  const char* expected;
};

TEST(Request, GeminiThinking) {
  const ThinkingCase cases[] = {
      {"gemini-2.5-pro", Effort::kNone, R"({"thinkingBudget":128})"},
      {"gemini-2.5-flash", Effort::kHigh, R"({"thinkingBudget":24576})"},
      {"gemini-3.5-flash", Effort::kMinimal, R"({"thinkingLevel":"MINIMAL"})"},
      {"gemini-3.1-pro-preview", Effort::kMinimal, R"({"thinkingLevel":"LOW"})"},
      {"gemini-4-argon", Effort::kMinimal, R"({"thinkingLevel":"LOW"})"},
      {"gemini-4-argon", Effort::kMax, R"({"thinkingLevel":"HIGH"})"},
      {"gemini-4-hydrogen", Effort::kMax, R"({"thinkingLevel":"XHIGH"})"},
  };
  for (const ThinkingCase& test : cases) {
    ModelRequest request{.model = test.model};
    request.effort = test.effort;
    const json::value body = built(GeminiDialect(), request);
    EXPECT_EQ(json::serialize(body.at("generationConfig").at("thinkingConfig")), test.expected)
        << test.model;
  }
}

TEST(ToolCallIds, FitEveryVendorAndNeverRepeat) {
  ToolCallIds ids;
  EXPECT_EQ(ids.for_call("toolu_1"), "toolu_1");
  EXPECT_EQ(ids.for_call("toolu_1"), "toolu_1_2");
  EXPECT_EQ(ids.for_result("toolu_1"), "toolu_1_2");
  EXPECT_EQ(ids.for_call("toolu_1_2"), "toolu_1_2_2");
  EXPECT_EQ(ids.for_call("a.b:0"), "a_b_0");
  EXPECT_EQ(ids.for_call("a_b_0"), "a_b_0_2");
  EXPECT_EQ(ids.for_result("a.b:0"), "a_b_0");
  EXPECT_EQ(ids.for_call(""), "call");
  const std::string full(64, 'x');
  EXPECT_EQ(ids.for_call(full), full);
  EXPECT_LE(ids.for_call(full).size(), 64u);
  EXPECT_LE(ids.for_call(full + "y").size(), 64u);
  EXPECT_EQ(ids.for_result("never called"), "never_called");
}

}  // namespace
}  // namespace coditect::providers
