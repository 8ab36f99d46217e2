#include "providers/simulator/structured_answer.h"

#include <gtest/gtest.h>

#include <string>

namespace coditect::simulator {
namespace {

json::object object_of(const std::string& text) { return *parse_json_object(text); }

struct Case {
  const char* what;
  const char* body;
  const char* answer;  ///< "" where words are wanted
};

TEST(StructuredAnswerTest, FindsWhatEachVendorCallsIt) {
  const Case cases[] = {
      {"Google",
       R"({"generationConfig":{"responseMimeType":"application/json","responseJsonSchema":
           {"type":"object","properties":{"a":{"type":"string","enum":["x","y"]}}}}})",
       R"({"a":"x"})"},
      {"Google, its own spelling",
       R"({"generationConfig":{"responseMimeType":"application/json","responseSchema":
           {"type":"OBJECT","properties":{"n":{"type":"INTEGER","minimum":3}}}}})",
       R"({"n":3})"},
      {"Google, words", R"({"generationConfig":{"temperature":1}})", ""},
      {"OpenAI", R"({"text":{"format":{"type":"json_schema","schema":{"type":"array"}}}})", "[]"},
      {"OpenAI, words", R"({"text":{"format":{"type":"text"}}})", ""},
      {"chat", R"({"response_format":{"type":"json_schema","json_schema":{"schema":
           {"type":"object","required":["b"],"properties":{"a":{},"b":{"type":"boolean"}}}}}})",
       R"({"b":false})"},
      {"chat, any JSON", R"({"response_format":{"type":"json_object"}})", "{}"},
      {"Anthropic", R"({"output_config":{"format":{"type":"json_schema","schema":
           {"type":"object","properties":{"title":{"type":"string"}}}}}})",
       R"({"title":"simulated"})"},
      {"nothing", R"({"messages":[]})", ""},
  };
  for (const Case& each : cases) {
    const auto schema = answer_schema(object_of(each.body));
    const std::string answer = schema ? json::serialize(least_answer(*schema)) : "";
    EXPECT_EQ(answer, each.answer) << each.what;
  }
}

TEST(StructuredAnswerTest, SaysTheLeastOfAnyShape) {
  const auto least = [](const std::string& schema) {
    return json::serialize(least_answer(object_of(schema)));
  };
  EXPECT_EQ(least(R"({"anyOf":[{"const":7},{"type":"string"}]})"), "7");
  EXPECT_EQ(least(R"({"type":["null","string"]})"), R"("simulated")");
  EXPECT_EQ(least(R"({"type":"null"})"), "{}");
  EXPECT_EQ(least(R"({"properties":{"a":{"type":"object"}}})"), R"({"a":{}})");
  std::string deep = R"({"type":"string"})";
  for (int i = 0; i < 24; ++i) deep = R"({"type":"object","properties":{"a":)" + deep + "}}";
  EXPECT_NE(least(deep), "");
}

}  // namespace
}  // namespace coditect::simulator
