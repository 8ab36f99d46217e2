#include "agents/door/vendor_paths.h"

#include <gtest/gtest.h>

namespace coditect::agents::door {
namespace {

using Kind = providers::ProviderKind;

net::RequestHead head(std::string method, std::string target) {
  net::RequestHead head;
  head.method = std::move(method);
  head.path = target.substr(0, target.find('?'));
  head.target = std::move(target);
  return head;
}

struct Case {
  Kind kind;
  const char* method;
  const char* target;
  const char* asked;  ///< of the vendor; "" where it is not let through
  bool generates;
};

TEST(VendorPathsTest, LetsThroughWhatIsAboutModels) {
  const Case cases[] = {
      {Kind::kAnthropic, "POST", "/v1/messages?beta=true", "/v1/messages?beta=true", true},
      {Kind::kAnthropic, "POST", "/v1/messages/count_tokens", "/v1/messages/count_tokens", false},
      {Kind::kAnthropic, "GET", "/v1/models", "/v1/models", false},
      {Kind::kAnthropic, "GET", "/v1/models/a-model.1", "/v1/models/a-model.1", false},
      {Kind::kAnthropic, "GET", "/v1/messages", "", false},
      {Kind::kAnthropic, "POST", "/v1/files", "", false},
      {Kind::kAnthropic, "GET", "/v1/organizations/x/api_keys", "", false},
      {Kind::kAnthropic, "GET", "/v1/models/../files", "", false},
      {Kind::kAnthropic, "POST", "/v1/responses", "", false},
      {Kind::kGemini, "POST", "/v1beta/models/g-4:streamGenerateContent?alt=sse&key=secret",
       "/v1beta/models/g-4:streamGenerateContent?alt=sse", true},
      {Kind::kGemini, "POST", "/v1beta/models/g-4:generateContent?key=x",
       "/v1beta/models/g-4:generateContent", true},
      {Kind::kGemini, "POST", "/v1beta/models/g-4:countTokens", "/v1beta/models/g-4:countTokens",
       false},
      {Kind::kGemini, "POST", "/v1beta/models/g-4:predict", "", false},
      {Kind::kGemini, "POST", "/v1beta/models/a/b:generateContent", "", false},
      {Kind::kGemini, "GET", "/v1beta/files", "", false},
      {Kind::kOpenAi, "POST", "/v1/responses", "/responses", true},
      {Kind::kOpenAi, "POST", "/v1/chat/completions", "/chat/completions", true},
      {Kind::kOpenAi, "DELETE", "/v1/models/m", "", false},
      {Kind::kOpenAi, "POST", "/v1/fine_tuning/jobs", "", false},
      {Kind::kMoonshot, "POST", "/v1/chat/completions", "/chat/completions", true},
      {Kind::kMoonshot, "POST", "/v1/files", "", false},
  };
  for (const Case& each : cases) {
    const auto call = api_call(each.kind, head(each.method, each.target));
    EXPECT_EQ(call ? call->target : "", each.asked) << each.method << " " << each.target;
    EXPECT_EQ(call && call->generates, each.generates) << each.target;
  }
  EXPECT_EQ(api_call(Kind::kGemini, head("POST", "/v1beta/models/g-4:generateContent"))->model,
            "g-4");
}

TEST(VendorPathsTest, FindsAndSetsHowLongAnAnswerMayBe) {
  struct Field {
    Kind kind;
    const char* body;
    std::int64_t found;  ///< -1 for nothing
    const char* set;     ///< to 5
  };
  const Field fields[] = {
      {Kind::kAnthropic, R"({"max_tokens":9})", 9, R"({"max_tokens":5})"},
      {Kind::kGemini, R"({"generationConfig":{"maxOutputTokens":9}})", 9,
       R"({"generationConfig":{"maxOutputTokens":5}})"},
      {Kind::kGemini, R"({})", -1, R"({"generationConfig":{"maxOutputTokens":5}})"},
      {Kind::kOpenAi, R"({})", -1, R"({"max_output_tokens":5})"},
      {Kind::kOpenAi, R"({"messages":[]})", -1, R"({"messages":[],"max_completion_tokens":5})"},
      {Kind::kMoonshot, R"({"max_completion_tokens":7})", 7, R"({"max_completion_tokens":5})"},
  };
  for (const Field& field : fields) {
    json::object body = *parse_json_object(field.body);
    EXPECT_EQ(output_tokens(field.kind, body).value_or(-1), field.found) << field.body;
    set_output_tokens(field.kind, body, 5);
    EXPECT_EQ(json::serialize(body), field.set);
  }
}

TEST(VendorPathsTest, PassesOnNeitherKeysNorWhatIsAboutTheConnection) {
  for (const char* name : {"Authorization", "x-api-key", "X-Goog-Api-Key", "Cookie", "Host",
                           "Content-Length", "Transfer-Encoding", "Accept-Encoding"}) {
    EXPECT_FALSE(passes(name)) << name;
  }
  for (const char* name : {"anthropic-version", "Content-Type", "accept"}) {
    EXPECT_TRUE(passes(name)) << name;
  }
}

TEST(VendorPathsTest, NamesNoKey) {
  for (const Kind kind : {Kind::kAnthropic, Kind::kGemini, Kind::kOpenAi, Kind::kMoonshot}) {
    const auto variables = door_variables(kind, "http://127.0.0.1:3129", "the-model");
    bool address = false;
    bool model = false;
    for (const auto& [name, value] : variables) {
      address |= value.find("http://127.0.0.1:3129") != std::string::npos;
      model |= value.find("the-model") != std::string::npos;
    }
    EXPECT_TRUE(address && model) << to_string(kind);
  }
}

}  // namespace
}  // namespace coditect::agents::door
