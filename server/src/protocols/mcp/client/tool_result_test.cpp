#include "protocols/mcp/client/tool_result.h"

#include <gtest/gtest.h>

namespace coditect::mcp {
namespace {

TEST(ToolResult, SaysEverythingAsText) {
  struct Case {
    const char* result;
    bool ok;
    const char* text;
  };
  const Case cases[] = {
      {R"({"content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]})", true, "a\nb"},
      {R"({"content":[{"type":"text","text":"no"}],"isError":true})", false, "no"},
      {R"({"content":[{"type":"image","mimeType":"image/png","data":"AAAA"}]})", true,
       "[image image/png, about 3 bytes, not shown]"},
      {R"({"content":[{"type":"audio","data":"AAAAAAAA"}]})", true,
       "[audio of an unknown kind, about 6 bytes, not shown]"},
      {R"({"content":[{"type":"resource","resource":{"uri":"a:b","text":"t"}}]})", true,
       "[resource a:b]\nt"},
      {R"({"content":[{"type":"resource","resource":{"uri":"a:b","blob":"AAAA"}}]})", true,
       "[resource a:b, bytes, about 3 bytes, not shown]"},
      {R"({"content":[{"type":"resource_link","uri":"a:b","name":"n"}]})", true,
       "[link to n: a:b]"},
      {R"({"content":[{"type":"new"},3]})", true, "[content of the kind 'new', not shown]"},
      {R"({"content":[],"structuredContent":{"a":1}})", true, "{\"a\":1}"},
      {R"({"content":"x"})", true, "[it answered with nothing]"},
  };
  for (const Case& each : cases) {
    const ToolResult told = tool_result(*parse_json_object(each.result));
    EXPECT_EQ(told.ok, each.ok) << each.result;
    EXPECT_EQ(told.text, each.text) << each.result;
  }
}

}  // namespace
}  // namespace coditect::mcp
