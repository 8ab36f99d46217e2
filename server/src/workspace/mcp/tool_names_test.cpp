#include "workspace/mcp/tool_names.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <regex>
#include <set>

namespace coditect::workspace {
namespace {

TEST(ToolNames, AreCleaned) {
  const auto names = offered_names("web", {"search", "a/b", "a b", "a_b", "ö"});
  EXPECT_EQ(names.at("search"), "web__search");
  EXPECT_EQ(names.at("a_b"), "web__a_b");
  EXPECT_NE(names.at("a/b"), names.at("a b"));
  EXPECT_EQ(names.at("a/b").substr(0, 9), "web__a_b_");
  EXPECT_EQ(names.at("ö"), "web____");
}

RC_GTEST_PROP(ToolNames, AreWhatVendorsTakeAndNeverTwice, (const std::set<std::string>& drawn)) {
  const std::regex good("web__[a-zA-Z0-9_-]{0,59}");
  std::vector<std::string> tools(drawn.begin(), drawn.end());
  const auto names = offered_names("web", tools);
  std::set<std::string> seen;
  for (const auto& [tool, name] : names) {
    RC_ASSERT(std::regex_match(name, good));
    RC_ASSERT(seen.insert(name).second);
  }
  std::ranges::reverse(tools);
  RC_ASSERT(offered_names("web", tools) == names);
}

TEST(ToolNames, SchemasAreObjectsWithProperties) {
  const auto offered = [](std::string_view text) {
    return json::serialize(offered_schema(*parse_json_object(text)));
  };
  EXPECT_EQ(offered("{}"), R"({"type":"object","properties":{}})");
  EXPECT_EQ(offered(R"({"type":"object","properties":{"a":{"oneOf":[]}},"anyOf":[{}]})"),
            R"({"type":"object","properties":{"a":{"oneOf":[]}}})");
}

}  // namespace
}  // namespace coditect::workspace
