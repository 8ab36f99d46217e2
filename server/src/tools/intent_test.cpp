#include "tools/intent.h"

#include <gtest/gtest.h>

#include "tools/tool_spec.h"

namespace coditect::tools {
namespace {

using approvals::Effect;

Result<approvals::Intent> intent(std::string_view tool, const char* input) {
  return intent_of(tool, *parse_json_object(input));
}

TEST(ToolIntent, SaysWhatEveryToolWouldDo) {
  const struct {
    const char *tool, *input;
    Effect effect;
    const char *path, *command;  ///< "" for none
  } cases[] = {
      {"list_files", R"({"path":"./src//"})", Effect::kReads, "src", ""},
      {"read_file", R"({"path":"/workspace/a.txt"})", Effect::kReads, "a.txt", ""},
      {"write_file", R"({"path":"a/./b","text":""})", Effect::kEdits, "a/b", ""},
      {"edit_file", R"({"path":"a","old":"","new":""})", Effect::kEdits, "a", ""},
      {"lock_files", R"({"path":"./src//"})", Effect::kEdits, "src", ""},
      {"lock_files", R"({"path":"src/**/*.cpp"})", Effect::kEdits, "src/**/*.cpp", ""},
      {"unlock_files", R"({"path":"src/"})", Effect::kReads, "", ""},
      {"search", R"({"query":"x"})", Effect::kReads, "", ""},
      {"run_command", R"({"command":"make; ls"})", Effect::kActs, "", "make; ls"},
      {"git", R"({"args":["log","-5"]})", Effect::kReads, "", "git log -5"},
      {"git", R"({"args":["commit","-m","a; b"]})", Effect::kActs, "", "git commit -m a; b"},
      {"send_message", R"({"to":"all","text":""})", Effect::kReads, "", ""},
      {"read_messages", "{}", Effect::kReads, "", ""},
      {"delegate_task", R"({"agent":"kimi","prompt":""})", Effect::kActs, "", ""},
  };
  for (const auto& c : cases) {
    const auto made = intent(c.tool, c.input);
    ASSERT_TRUE(made) << c.input << made.error().message;
    EXPECT_EQ(made->tool, c.tool);
    EXPECT_EQ(made->effect, c.effect) << c.input;
    EXPECT_EQ(made->paths.empty() ? "" : made->paths.front(), c.path) << c.input;
    EXPECT_EQ(made->command.value_or(""), c.command) << c.input;
  }
}

TEST(ToolIntent, AShellsLineHasPartsAndGitsArgumentsAreOneCommand) {
  EXPECT_EQ(intent("run_command", R"({"command":"make; ls"})")->parts,
            (std::vector<std::string>{"make", "ls"}));
  EXPECT_EQ(intent("git", R"({"args":["commit","-m","a; b"]})")->parts,
            (std::vector<std::string>{"git commit -m a; b"}));
}

TEST(ToolIntent, AToolThatNobodyHasDescribedActs) {
  EXPECT_EQ(intent("made_up", "{}")->effect, Effect::kActs);
}

TEST(ToolIntent, NobodyIsAskedForWhatTheToolRefusesAnyway) {
  EXPECT_FALSE(intent("read_file", R"({"path":"../up"})"));
  EXPECT_FALSE(intent("write_file", R"({"path":".git/config","text":""})"));
  EXPECT_FALSE(intent("edit_file", R"({"path":"","old":"","new":""})"));
  EXPECT_FALSE(intent("lock_files", R"({"path":""})"));
  EXPECT_FALSE(intent("lock_files", R"({"path":".git/"})"));
  EXPECT_FALSE(intent("git", R"({"args":["push"]})"));
}

TEST(ToolIntent, EveryToolThatReadsIsKnownToRead) {
  // A new tool asks until somebody has said that it only reads.
  for (const ToolSpec& spec : tool_specs()) {
    const char* input =
        spec.name == "git" ? R"({"args":["status"]})" : R"({"path":"a","command":"b"})";
    const bool acts = spec.name == "run_command" || spec.name == "delegate_task";
    const bool edits =
        spec.name == "write_file" || spec.name == "edit_file" || spec.name == "lock_files";
    const Effect expected = acts ? Effect::kActs : edits ? Effect::kEdits : Effect::kReads;
    EXPECT_EQ(intent(spec.name, input)->effect, expected) << spec.name;
  }
}

}  // namespace
}  // namespace coditect::tools
