#include "protocols/mcp/client/parameter_headers.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "protocols/mcp/headers.h"

namespace coditect::mcp {
namespace {

json::object parse(std::string_view text) { return *parse_json_object(text); }

// The server's reader and the client's writer are each other's check.
RC_GTEST_PROP(ParameterHeaders, MeanWhatTheyWereMadeOf, (const std::string& text)) {
  const auto meant = header_meaning(header_value(text));
  RC_ASSERT(meant.ok());
  RC_ASSERT(*meant == text);
}

TEST(ParameterHeaders, MirrorWhatIsMarkedAndGiven) {
  const json::object schema = parse(R"({"properties":{
      "region":{"type":"string","x-mcp-header":"Region"},
      "deep":{"type":"object","properties":{"n":{"type":"integer","x-mcp-header":"N"}}},
      "other":{"type":"string"},"none":{"type":"string","x-mcp-header":"None"}}})");
  ASSERT_TRUE(check_header_marks(schema));
  const json::object arguments = parse(R"({"region":" ö","deep":{"n":3},"other":"x","none":null})");
  const net_client::Headers headers = parameter_headers(schema, arguments);
  EXPECT_EQ(headers,
            (net_client::Headers{{"Mcp-Param-Region", "=?base64?IMO2?="}, {"Mcp-Param-N", "3"}}));
  net::Headers sent;
  for (const auto& each : headers) sent.push_back({each.name, each.value});
  EXPECT_TRUE(check_parameter_headers(sent, schema, arguments));
}

TEST(ParameterHeaders, RefuseMarksThatTheProtocolForbids) {
  for (const char* schema : {
           R"({"properties":{"a":{"type":"string","x-mcp-header":""}}})",
           R"({"properties":{"a":{"type":"string","x-mcp-header":"a b"}}})",
           R"({"properties":{"a":{"type":"string","x-mcp-header":1}}})",
           R"({"properties":{"a":{"type":"object","x-mcp-header":"A"}}})",
           R"({"properties":{"a":{"type":"string","x-mcp-header":"A"},
                             "b":{"type":"string","x-mcp-header":"a"}}})",
           R"({"oneOf":[{"properties":{"a":{"type":"string","x-mcp-header":"A"}}}]})",
           R"({"properties":{"a":{"type":"array","items":{"type":"string","x-mcp-header":"A"}}}})",
       }) {
    EXPECT_FALSE(check_header_marks(parse(schema))) << schema;
  }
}

}  // namespace
}  // namespace coditect::mcp
