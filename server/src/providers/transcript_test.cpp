// A task that one vendor's model began goes on with another's: what each decoder makes of its own
// stream, with the results of its calls, is sent by every dialect, and keeps to that vendor's
// rules.
#include "providers/transcript.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <memory>
#include <set>

#include "providers/anthropic/dialect.h"
#include "providers/gemini/dialect.h"
#include "providers/moonshot/dialect.h"
#include "providers/openai/dialect.h"
#include "providers/testing/heard.h"

namespace coditect::providers {
namespace {

/// Every signature and encrypted thought below holds this word.
constexpr std::string_view kSecret = "SECRET";

struct Vendor {
  ProviderKind kind;
  const char* model;
  std::vector<std::string> stream;  ///< an answer with thoughts, text and two calls
};

const Vendor kVendors[] = {
    {ProviderKind::kAnthropic,
     "claude-opus-5-5",
     {R"({"type":"message_start","message":{"id":"m","model":"claude-opus-5-5"}})",
      R"({"type":"content_block_start","index":0,"content_block":{"type":"thinking",
          "thinking":"hm","signature":"SECRET"}})",
      R"({"type":"content_block_start","index":1,"content_block":{"type":"redacted_thinking",
          "data":"SECRET"}})",
      R"({"type":"content_block_start","index":2,"content_block":{"type":"text","text":"Said."}})",
      R"({"type":"content_block_start","index":3,"content_block":{"type":"tool_use",
          "id":"toolu_1","name":"read_file","input":{"path":"a"},"caller":{"type":"direct"}}})",
      R"({"type":"content_block_start","index":4,"content_block":{"type":"tool_use",
          "id":"toolu_2","name":"read_file","input":{"path":"b"}}})",
      R"({"type":"content_block_start","index":5,"content_block":{"type":"compaction",
          "content":"SECRET"}})",
      R"({"type":"message_delta","delta":{"stop_reason":"tool_use"}})",
      R"({"type":"message_stop"})"}},
    {ProviderKind::kGemini,
     "gemini-4-argon",
     {R"({"responseId":"r.1/2","candidates":[{"content":{"parts":[
          {"text":"hm","thought":true},{"text":"Said.","thoughtSignature":"SECRET"},
          {"functionCall":{"name":"read_file","args":{"path":"a"}},"thoughtSignature":"SECRET"},
          {"functionCall":{"id":"g-2","name":"read_file","args":{"path":"b"}}}]},
          "finishReason":"STOP"}]})"}},
    {ProviderKind::kOpenAi,
     "gpt-6.1-sol",
     {R"({"type":"response.completed","response":{"id":"r","status":"completed","output":[
          {"type":"reasoning","id":"rs_SECRET","summary":[{"type":"summary_text","text":"hm"}],
           "encrypted_content":"SECRET"},
          {"type":"message","id":"msg_SECRET","phase":"commentary",
           "content":[{"type":"output_text","text":"Said."}]},
          {"type":"function_call","id":"fc_SECRET","call_id":"call_1","name":"read_file",
           "arguments":"{\"path\":\"a\"}"},
          {"type":"custom_tool_call","id":"ct_SECRET","call_id":"call_2","name":"read_file",
           "input":"b"}]}})"}},
    {ProviderKind::kMoonshot,
     "kimi-k3.1-pro",
     {R"({"id":"c","choices":[{"delta":{"reasoning_content":"SECRET","content":"Said.",
          "tool_calls":[{"index":0,"id":"functions.read_file:0","function":{"name":"read_file",
          "arguments":"{\"path\":\"a\"}"}},{"index":1,"id":"functions.read_file:1",
          "function":{"name":"read_file","arguments":"{\"path\":\"b\"}"}}]},
          "finish_reason":"tool_calls"}]})",
      "[DONE]"}},
    {ProviderKind::kOpenAiCompatible,
     "local",
     {R"({"id":"c","choices":[{"delta":{"reasoning":"SECRET","content":"Said.",
          "tool_calls":[{"function":{"name":"read_file","arguments":"{\"path\":\"a\"}"}},
          {"function":{"name":"read_file","arguments":"{\"path\":\"b\"}"}}]},
          "finish_reason":"tool_calls"}]})",
      "[DONE]"}},
};

std::unique_ptr<Dialect> dialect_of(ProviderKind kind) {
  switch (kind) {
    case ProviderKind::kAnthropic: return std::make_unique<AnthropicDialect>();
    case ProviderKind::kGemini: return std::make_unique<GeminiDialect>();
    case ProviderKind::kOpenAi: return std::make_unique<OpenAiDialect>();
    case ProviderKind::kMoonshot:
    case ProviderKind::kOpenAiCompatible: break;
  }
  return std::make_unique<MoonshotDialect>(kind);
}

/// What the vendor's model answers, and its calls' results.
std::vector<Turn> exchange(const Vendor& vendor) {
  Heard heard;
  const auto decoder = dialect_of(vendor.kind)->decoder({.model = vendor.model});
  for (const std::string& payload : vendor.stream) {
    EXPECT_TRUE(decoder->take({"", payload}, heard).has_value()) << payload;
  }
  const auto answer = decoder->finish();
  EXPECT_TRUE(answer.has_value()) << vendor.model;
  if (!answer) return {};
  EXPECT_EQ(answer->stop, StopReason::kToolUse) << vendor.model;
  Turn results{Role::kUser, {}};
  for (const Block& block : answer->turn.blocks) {
    if (const auto* call = std::get_if<ToolCall>(&block)) {
      results.blocks.push_back(ToolResult{call->id, call->name, "result"});
    }
  }
  EXPECT_EQ(results.blocks.size(), 2u) << vendor.model;
  return {answer->turn, results};
}

bool is_plain_id(const std::string& id) {
  return !id.empty() && id.size() <= 64 && std::ranges::all_of(id, [](unsigned char byte) {
    return std::isalnum(byte) != 0 || byte == '_' || byte == '-';
  });
}

/// The calls of a request and the results that answer them, by their ids, in order.
struct Pairs {
  std::vector<std::string> calls;
  std::vector<std::string> results;
};

Pairs check_anthropic(const json::object& body) {
  Pairs pairs;
  std::string before;
  for (const json::value& message : body.at("messages").as_array()) {
    const std::string role(message.at("role").as_string());
    EXPECT_NE(role, before) << "roles alternate";
    before = role;
    bool only_results = true;
    for (const json::value& part : message.at("content").as_array()) {
      const std::string type(part.at("type").as_string());
      if (type == "tool_use") {
        pairs.calls.emplace_back(part.at("id").as_string());
        EXPECT_TRUE(is_plain_id(pairs.calls.back())) << pairs.calls.back();
        EXPECT_TRUE(part.at("input").is_object());
      } else if (type == "tool_result") {
        EXPECT_TRUE(only_results) << "results stand before everything else";
        pairs.results.emplace_back(part.at("tool_use_id").as_string());
      } else {
        only_results = false;
      }
    }
  }
  EXPECT_EQ(std::set(pairs.calls.begin(), pairs.calls.end()).size(), pairs.calls.size());
  return pairs;
}

Pairs check_gemini(const json::object& body) {
  Pairs pairs;
  std::string before;
  for (const json::value& content : body.at("contents").as_array()) {
    const std::string role(content.at("role").as_string());
    EXPECT_NE(role, before) << "roles alternate";
    before = role;
    bool first_call = true;
    for (const json::value& part : content.at("parts").as_array()) {
      const json::object& fields = part.as_object();
      if (const json::object* call = find_object(fields, "functionCall")) {
        // The API wants a signature on the first call of a turn.
        if (first_call) EXPECT_TRUE(fields.contains("thoughtSignature"));
        first_call = false;
        pairs.calls.push_back(find_string(*call, "id").value_or("by order"));
      } else if (const json::object* response = find_object(fields, "functionResponse")) {
        pairs.results.push_back(find_string(*response, "id").value_or("by order"));
        EXPECT_FALSE(response->at("name").as_string().empty());
      }
    }
  }
  return pairs;
}

Pairs check_openai(const json::object& body) {
  Pairs pairs;
  for (const json::value& item : body.at("input").as_array()) {
    const std::string type(item.at("type").as_string());
    if (type.ends_with("_call"))
      pairs.calls.push_back(type + " " + item.at("call_id").as_string().c_str());
    if (type.ends_with("_call_output")) {
      pairs.results.push_back(type.substr(0, type.size() - 7) + " " +
                              item.at("call_id").as_string().c_str());
    }
  }
  EXPECT_EQ(std::set(pairs.calls.begin(), pairs.calls.end()).size(), pairs.calls.size());
  return pairs;
}

Pairs check_chat(const json::object& body) {
  Pairs pairs;
  std::size_t open = 0;
  for (const json::value& message : body.at("messages").as_array()) {
    const json::object& fields = message.as_object();
    const std::string role(fields.at("role").as_string());
    if (role == "tool") {
      EXPECT_GT(open, 0u) << "a result follows its call";
      --open;
      pairs.results.emplace_back(fields.at("tool_call_id").as_string());
      continue;
    }
    EXPECT_EQ(open, 0u) << "nothing stands between calls and results";
    const json::array* calls = find_array(fields, "tool_calls");
    if (calls == nullptr) continue;
    open = calls->size();
    for (const json::value& call : *calls) {
      pairs.calls.emplace_back(call.at("id").as_string());
      EXPECT_TRUE(parse_json_object(call.at("function").at("arguments").as_string()).ok());
    }
  }
  return pairs;
}

Pairs check_request(ProviderKind kind, const json::object& body) {
  switch (kind) {
    case ProviderKind::kAnthropic: return check_anthropic(body);
    case ProviderKind::kGemini: return check_gemini(body);
    case ProviderKind::kOpenAi: return check_openai(body);
    case ProviderKind::kMoonshot:
    case ProviderKind::kOpenAiCompatible: break;
  }
  return check_chat(body);
}

json::object request_to(const Vendor& to, std::vector<Turn> turns) {
  ModelRequest request{.model = to.model, .system = "Be brief.", .turns = std::move(turns)};
  const HttpPost post = dialect_of(to.kind)->build(request, "");
  const auto body = parse_json_object(post.body);
  EXPECT_TRUE(body.ok());
  return body.ok() ? *body : json::object{};
}

TEST(Transcript, EveryVendorsConversationGoesOnWithEveryOther) {
  for (const Vendor& from : kVendors) {
    std::vector<Turn> turns = exchange(from);
    turns.insert(turns.begin(), {Role::kUser, {TextBlock{"Read a and b."}}});
    for (const Vendor& to : kVendors) {
      SCOPED_TRACE(std::string(from.model) + " to " + to.model);
      const json::object body = request_to(to, turns);
      const Pairs pairs = check_request(to.kind, body);
      EXPECT_EQ(pairs.calls.size(), 2u);
      EXPECT_EQ(pairs.calls, pairs.results);
      const std::string text = json::serialize(body);
      EXPECT_TRUE(text.contains("Said.")) << text;
      EXPECT_TRUE(text.contains("Read a and b.")) << text;
      const bool own = from.kind == to.kind;
      EXPECT_EQ(text.contains(kSecret), own) << text;
      if (!own) EXPECT_FALSE(text.contains("\"hm\"")) << "thoughts are no answer: " << text;
    }
  }
}

TEST(Transcript, AnotherModelOfTheSameVendorGetsNoForeignSignature) {
  for (const Vendor& from : kVendors) {
    std::vector<Turn> turns = exchange(from);
    turns.insert(turns.begin(), {Role::kUser, {TextBlock{"Read a and b."}}});
    Vendor to = from;
    to.model = "gemini-9-other";  // a name that every dialect takes
    const json::object body = request_to(to, turns);
    EXPECT_EQ(check_request(to.kind, body).calls.size(), 2u) << from.model;
    EXPECT_FALSE(json::serialize(body).contains(kSecret)) << from.model;
  }
}

TEST(Transcript, TheModelsOwnCallsComeBackAsItMadeThem) {
  for (const Vendor& vendor : kVendors) {
    std::vector<Turn> turns = exchange(vendor);
    turns.insert(turns.begin(), {Role::kUser, {TextBlock{"q"}}});
    const std::string text = json::serialize(request_to(vendor, turns));
    for (const char* foreign : {"skip_thought_signature_validator", "r.1/2"}) {
      EXPECT_FALSE(text.contains(foreign)) << vendor.model << " " << text;
    }
    if (vendor.kind == ProviderKind::kAnthropic) {
      EXPECT_TRUE(text.contains(R"("caller":{"type":"direct"})")) << text;
    }
    if (vendor.kind == ProviderKind::kOpenAi) {
      EXPECT_TRUE(text.contains(R"({"type":"custom_tool_call_output","call_id":"call_2")")) << text;
    }
    if (vendor.kind == ProviderKind::kOpenAiCompatible) {
      EXPECT_TRUE(text.contains(R"("reasoning":"SECRET")")) << text;
    }
  }
}

/// The part of a request that a vendor keeps: up to the end of what was said.
std::string kept_part(ProviderKind kind, std::string body) {
  const std::string mark = R"(,"cache_control":{"type":"ephemeral"})";
  for (auto at = body.find(mark); at != std::string::npos; at = body.find(mark, at)) {
    body.erase(at, mark.size());
  }
  const std::size_t end = kind == ProviderKind::kAnthropic ? body.rfind("]}]")
                          : kind == ProviderKind::kGemini  ? body.find("]}],\"systemInstruction")
                          : kind == ProviderKind::kOpenAi  ? body.find("],\"tools\"")
                                                           : body.find("],\"max");
  return body.substr(0, end);
}

RC_GTEST_PROP(Transcript, ARequestBeginsByteForByteLikeTheOneBefore, ()) {
  std::vector<std::size_t> vendors(*rc::gen::inRange<std::size_t>(1, 4));
  for (std::size_t& vendor : vendors) {
    vendor = *rc::gen::inRange<std::size_t>(0, std::size(kVendors));
  }
  for (const Vendor& to : kVendors) {
    ModelRequest request{.model = to.model, .system = std::string(4000, 's')};
    request.tools = {{"read_file", "Reads.", {{"type", "object"}}}};
    request.cache_key = "task";
    request.turns = {{Role::kUser, {TextBlock{"Read a and b."}}}};
    std::string before = kept_part(to.kind, dialect_of(to.kind)->build(request, "").body);
    RC_ASSERT(before.size() > 20u);
    for (const std::size_t vendor : vendors) {
      for (Turn& turn : exchange(kVendors[vendor])) request.turns.push_back(std::move(turn));
      const std::string now = kept_part(to.kind, dialect_of(to.kind)->build(request, "").body);
      RC_ASSERT(now.size() > before.size());
      RC_ASSERT(now.starts_with(before));
      before = now;
    }
  }
}

}  // namespace
}  // namespace coditect::providers
