#include "protocols/mcp/headers.h"

#include <gtest/gtest.h>

#include "protocols/mcp/revision.h"

namespace coditect::mcp {
namespace {

Request call_of(const char* method, json::object params = {}) {
  return {1, method, std::move(params)};
}

TEST(Headers, AreLiteralOrDecoded) {
  EXPECT_EQ(*header_meaning("us-west1"), "us-west1");
  EXPECT_EQ(*header_meaning("=?base64?SGVsbG8=?="), "Hello");
  EXPECT_EQ(*header_meaning("=?base64?SGVsbG8="), "=?base64?SGVsbG8=");
  EXPECT_EQ(*header_meaning("SGVsbG8="), "SGVsbG8=");
  EXPECT_FALSE(header_meaning("=?base64?SGVsbG8?="));
  EXPECT_FALSE(header_meaning("=?base64?SGVs!!!bG8=?="));
  EXPECT_FALSE(header_meaning("gr\xc3\xbc\xc3\x9f"));
}

TEST(Headers, NameMethodAndTool) {
  const Request tool = call_of("tools/call", {{"name", "search"}});
  EXPECT_TRUE(check_standard_headers({{"mcp-method", "tools/call"}, {"MCP-NAME", "search"}}, tool));
  EXPECT_FALSE(check_standard_headers({{"Mcp-Method", "tools/call"}}, tool));
  EXPECT_FALSE(check_standard_headers({{"Mcp-Name", "search"}}, tool));
  EXPECT_FALSE(
      check_standard_headers({{"Mcp-Method", "TOOLS/CALL"}, {"Mcp-Name", "search"}}, tool));
  EXPECT_FALSE(check_standard_headers({{"Mcp-Method", "tools/call"}, {"Mcp-Name", "other"}}, tool));
  EXPECT_TRUE(check_standard_headers({{"Mcp-Method", "tools/list"}}, call_of("tools/list")));
  const Request file = call_of("resources/read", {{"uri", "x://\xc3\xa4"}});
  EXPECT_TRUE(check_standard_headers(
      {{"Mcp-Method", "resources/read"}, {"Mcp-Name", "=?base64?eDovL8Ok?="}}, file));
}

TEST(Headers, MirrorMarkedArguments) {
  const json::object schema = json::parse(R"({"properties": {
      "region": {"type": "string", "x-mcp-header": "Region"},
      "deep": {"type": "object", "properties": {
        "count": {"type": "integer", "x-mcp-header": "Count"}}},
      "dry": {"type": "boolean", "x-mcp-header": "Dry"},
      "free": {"type": "string"}}})")
                                  .as_object();
  struct Case {
    net::Headers headers;
    const char* arguments;
    bool fits;
  };
  const Case cases[] = {
      {{}, R"({})", true},
      {{}, R"({"region": null, "free": "x"})", true},
      {{{"Mcp-Param-Region", "eu"}}, R"({"region": "eu"})", true},
      {{{"mcp-param-region", "eu"}}, R"({"region": "eu"})", true},
      {{{"Mcp-Param-Region", "eu"}}, R"({"region": "us"})", false},
      {{{"Mcp-Param-Region", "eu"}}, R"({})", false},
      {{}, R"({"region": "eu"})", false},
      {{{"Mcp-Param-Count", "42"}}, R"({"deep": {"count": 42}})", true},
      {{{"Mcp-Param-Count", "42.0"}}, R"({"deep": {"count": 42}})", true},
      {{{"Mcp-Param-Count", "43"}}, R"({"deep": {"count": 42}})", false},
      {{{"Mcp-Param-Count", "18446744073709551615"}},
       R"({"deep": {"count": 18446744073709551615}})",
       true},
      {{{"Mcp-Param-Dry", "true"}}, R"({"dry": true})", true},
      {{{"Mcp-Param-Dry", "True"}}, R"({"dry": true})", false},
      {{{"Mcp-Param-Dry", "{}"}}, R"({"dry": {}})", false},
  };
  for (const Case& each : cases) {
    const json::object arguments = json::parse(each.arguments).as_object();
    EXPECT_EQ(check_parameter_headers(each.headers, schema, arguments).ok(), each.fits)
        << each.arguments;
  }
}

TEST(Revision, IsToldByTheRequestItself) {
  const auto meta = [](const char* revision) {
    return json::object{{"_meta", {{"io.modelcontextprotocol/protocolVersion", revision}}}};
  };
  EXPECT_EQ(era_of({}, call_of("initialize")), Era::kLegacy);
  EXPECT_EQ(era_of({{"MCP-Protocol-Version", "2025-06-18"}}, call_of("ping")), Era::kLegacy);
  EXPECT_EQ(era_of({{"MCP-Protocol-Version", "2026-07-28"}}, call_of("ping")), Era::kModern);
  EXPECT_EQ(era_of({{"MCP-Protocol-Version", "v999"}}, call_of("ping")), Era::kModern);
  EXPECT_EQ(era_of({}, call_of("tools/list", meta("2026-07-28"))), Era::kModern);
  EXPECT_EQ(negotiated("2025-06-18"), "2025-06-18");
  EXPECT_EQ(negotiated("2026-07-28"), "2025-11-25") << "initialize begins a session";
  EXPECT_EQ(negotiated("1.0"), "2025-11-25");
  EXPECT_TRUE(takes_priming_events("2025-11-25"));
  EXPECT_FALSE(takes_priming_events("2025-06-18"));
}

}  // namespace
}  // namespace coditect::mcp
