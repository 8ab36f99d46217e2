#include "agents/acp/live_call.h"

#include <gtest/gtest.h>

#include "agents/acp/acp_limits.h"
#include "agents/acp/permission.h"

namespace coditect::agents::acp {
namespace {

using approvals::Effect;
using Paths = std::vector<std::string>;

LiveCall told(const std::string& update) {
  LiveCall call;
  merge(call, *parse_json_object(update));
  return call;
}

struct Case {
  const char* what;
  const char* update;
  const char* tool;
  Effect effect;
  Paths paths;
  const char* command;  ///< "" for none
};

const Case kCases[] = {
    {"an edit by its places",
     R"({"kind":"edit","locations":[{"path":"/workspace/a.txt"}]})",
     "edit_file",
     Effect::kEdits,
     {"a.txt"},
     ""},
    {"an edit by its difference",
     R"({"kind":"edit","content":[{"type":"diff","path":"src/./b.c","newText":"x"}]})",
     "edit_file",
     Effect::kEdits,
     {"src/b.c"},
     ""},
    {"an edit by its input",
     R"({"kind":"edit","rawInput":{"file_path":"/workspace/c"}})",
     "edit_file",
     Effect::kEdits,
     {"c"},
     ""},
    {"each file once",
     R"({"kind":"edit","locations":[{"path":"a"},{"path":"/workspace/a"},{"path":"b"}]})",
     "edit_file",
     Effect::kEdits,
     {"a", "b"},
     ""},
    {"its own home",
     R"({"kind":"edit","locations":[{"path":"/etc/plan.md"}]})",
     "edit_file",
     Effect::kReads,
     {},
     ""},
    {"out of the project",
     R"({"kind":"edit","locations":[{"path":"/workspace/../etc"}]})",
     "edit_file",
     Effect::kReads,
     {},
     ""},
    {"an edit of nobody knows what", R"({"kind":"edit"})", "edit_file", Effect::kActs, {}, ""},
    {"a removal",
     R"({"kind":"delete","locations":[{"path":"a"}]})",
     "delete_file",
     Effect::kEdits,
     {"a"},
     ""},
    {"a command",
     R"({"kind":"execute","rawInput":{"command":"make test"}})",
     "run_command",
     Effect::kActs,
     {},
     "make test"},
    {"a command in words",
     R"({"kind":"execute","rawInput":{"command":["ls","-l"]}})",
     "run_command",
     Effect::kActs,
     {},
     "ls -l"},
    {"a command by its title",
     R"({"kind":"execute","title":"`ls`"})",
     "run_command",
     Effect::kActs,
     {},
     "`ls`"},
    {"a look",
     R"({"kind":"read","locations":[{"path":"a"}]})",
     "read_file",
     Effect::kReads,
     {"a"},
     ""},
    {"the network", R"({"kind":"fetch","title":"a page"})", "fetch", Effect::kActs, {}, ""},
    {"what is not known", R"({"kind":"teleport"})", "other", Effect::kActs, {}, ""},
    {"nothing", R"({})", "other", Effect::kActs, {}, ""},
};

TEST(LiveCallTest, IsWhatRulesKnow) {
  for (const Case& each : kCases) {
    const LiveCall call = told(each.update);
    const approvals::Intent intent = intent_of(call);
    EXPECT_EQ(intent.tool, each.tool) << each.what;
    EXPECT_EQ(intent.effect, each.effect) << each.what;
    EXPECT_EQ(intent.paths, each.paths) << each.what;
    EXPECT_EQ(intent.command.value_or(""), each.command) << each.what;
  }
}

TEST(LiveCallTest, IsToldInPieces) {
  LiveCall call = told(R"({"toolCallId":"1","title":"Write","kind":"edit","rawInput":{}})");
  merge(call, *parse_json_object(R"({"status":"in_progress","locations":[{"path":"a"}]})"));
  merge(call, *parse_json_object(
                  R"({"status":"completed","content":[{"type":"content",
                      "content":{"type":"text","text":"done"}}]})"));
  EXPECT_EQ(call.title, "Write");
  EXPECT_EQ(call.paths, Paths{"a"});
  EXPECT_EQ(call.output, "done\n");
  EXPECT_TRUE(call.ended());
}

TEST(LiveCallTest, FindsArgumentsThatAreShownAsText) {
  const std::string piece = R"({"kind":"edit","content":[{"type":"content","content":)";
  LiveCall call = told(piece + R"({"type":"text","text":"{\"path\":\"/works"}}]})");
  EXPECT_TRUE(call.paths.empty());
  merge(call,
        *parse_json_object(piece + R"({"type":"text","text":"{\"path\":\"/workspace/a\"}"}}]})"));
  EXPECT_EQ(call.paths, Paths{"a"});
  EXPECT_EQ(call.output, "{\"path\":\"/works\n");
}

TEST(LiveCallTest, ShowsNoMoreThanIsBearable) {
  LiveCall call = told(R"({"kind":"fetch","title":"t"})");
  call.input = json::object{{"page", std::string(10 * limits::kAcpInputBytesMax, 'x')}};
  EXPECT_LT(json::serialize(shown_input(call)).size(), 2 * limits::kAcpInputBytesMax);
  call = told(R"({"kind":"edit","locations":[{"path":"a"}],"rawInput":{"file_path":"a"}})");
  EXPECT_EQ(shown_input(call).at("path"), "a");
}

TEST(PermissionTest, PicksWhatIsAllowedOnce) {
  const json::array options = parse_json(R"([{"optionId":"1","kind":"allow_always"},
      {"kind":"allow_once"},{"optionId":"2","kind":"allow_once"},3])")
                                  ->as_array();
  EXPECT_EQ(option_of(options, "allow_once"), "2");
  EXPECT_FALSE(option_of(options, "reject_once"));
}

}  // namespace
}  // namespace coditect::agents::acp
