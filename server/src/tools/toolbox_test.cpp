#include "tools/toolbox.h"

#include <fstream>

#include "tools/toolbox_test_support.h"

namespace coditect::tools {
namespace {

TEST_F(ToolBoxTest, EveryDescribedToolExists) {
  for (const ToolSpec& spec : tools_.specs()) {
    const ToolOutcome outcome = call(spec.name, R"({"unknown":1})");
    EXPECT_EQ(kind(outcome), "invalid") << spec.name;
    EXPECT_NE(outcome.output.find("is not an argument of " + spec.name), std::string::npos);
  }
}

TEST_F(ToolBoxTest, AnUnknownToolGetsTheList) {
  const ToolOutcome outcome = call("delete_everything", "{}");
  EXPECT_EQ(kind(outcome), "not_found");
  for (const ToolSpec& spec : tools_.specs()) {
    EXPECT_NE(outcome.output.find(spec.name), std::string::npos);
  }
}

TEST_F(ToolBoxTest, AFurtherToolIsApprovedAndBoundedAsTheOthers) {
  EXPECT_EQ(kind(call("web__get", "{}")), "not_found");
  FakeTools further;
  host_.further = &further;
  EXPECT_EQ(call("web__get", R"({"any":1})").output, R"(got {"any":1})");
  EXPECT_EQ(host_.intents.back().tool, "web__get");
  EXPECT_EQ(host_.intents.back().effect, approvals::Effect::kActs);
  EXPECT_EQ(kind(call("web__put", "{}")), "not_found");
  further.answer = std::string(2 * limits::kToolOutputBytesMax, 'x') + "\xFF";
  const std::string output = call("web__get", "{}").output;
  EXPECT_LT(output.size(), limits::kToolOutputBytesMax + 1'000);
  EXPECT_NE(output.find("read_output"), std::string::npos);
  further.answer.clear();
  EXPECT_EQ(kind(call("web__get", "{}")), "unavailable");
  host_.refuse = true;
  EXPECT_EQ(kind(call("web__get", "{}")), "denied");
}

TEST_F(ToolBoxTest, ReadsAndEdits) {
  host_.put("a.txt", "one\ntwo\nthree\n");
  EXPECT_EQ(call("read_file", R"({"path":"./a.txt"})").output, "one\ntwo\nthree\n");
  EXPECT_EQ(call("read_file", R"({"path":"a.txt","from_line":2,"to_line":2})").output,
            "two\n[lines 2 to 2 of 3]\n");
  const ToolOutcome edited = call("edit_file", R"({"path":"a.txt","old":"two","new":"2"})");
  ASSERT_TRUE(edited.ok) << edited.output;
  EXPECT_EQ(host_.files["a.txt"].text, "one\n2\nthree\n");
  EXPECT_EQ(edited.details.at("version"), host_.files["a.txt"].version);
  EXPECT_EQ(edited.output, "Changed a.txt: 1 lines added, 1 removed.\nThe change is at line 2.\n");
}

TEST_F(ToolBoxTest, AWriteSeesWhatOthersDid) {
  host_.put("a.txt", "one\n");
  call("read_file", R"({"path":"a.txt"})");
  host_.put("a.txt", "ONE\n", "agent:kimi");
  const ToolOutcome refused = call("write_file", R"({"path":"a.txt","text":"mine\n"})");
  EXPECT_EQ(kind(refused), "conflict");
  EXPECT_NE(refused.output.find("-one\n+ONE\n"), std::string::npos);
  EXPECT_EQ(host_.files["a.txt"].text, "ONE\n");
  call("read_file", R"({"path":"a.txt"})");
  EXPECT_TRUE(call("write_file", R"({"path":"a.txt","text":"mine\n"})").ok);
  EXPECT_TRUE(call("write_file", R"({"path":"a.txt","text":"again\n"})").ok);
  EXPECT_TRUE(call("write_file", R"({"path":"new.txt","text":"new\n"})").ok);
}

TEST_F(ToolBoxTest, RefusesWhatMakesNoSense) {
  host_.put("a.txt", "one\n");
  host_.put("binary", std::string("\x7f"
                                  "ELF\0\0",
                                  6));
  struct Case {
    const char* tool;
    const char* input;
    const char* kind;
  };
  const Case cases[] = {
      {"read_file", R"({"path":"../secret"})", "invalid"},
      {"read_file", R"({"path":"nowhere"})", "not_found"},
      {"read_file", R"({"path":"binary"})", "invalid"},
      {"read_file", R"({"path":"a.txt","from_line":9})", "invalid"},
      {"list_files", R"({"path":"missing"})", "not_found"},
      {"list_files", R"({"path":"broken"})", "internal"},
      {"write_file", R"({"path":".git/hooks/pre-commit","text":"x"})", "denied"},
      {"write_file", R"({"path":"","text":"x"})", "invalid"},
      {"edit_file", R"({"path":"a.txt","old":"zzz","new":"x"})", "not_found"},
      {"edit_file", R"({"path":"/etc/passwd","old":"a","new":"b"})", "invalid"},
      {"run_command", R"({"command":"  "})", "invalid"},
      {"run_command", R"({"command":"ls","timeout_s":0})", "invalid"},
      {"run_command", R"({"command":"ls","timeout_s":999999})", "invalid"},
      {"search", R"({"query":""})", "invalid"},
      {"git", R"({"args":[]})", "invalid"},
      {"git", R"({"args":["push"]})", "denied"},
      {"send_message", R"({"to":" , ","text":"x"})", "invalid"},
      {"send_message", R"({"to":"kimi","text":""})", "invalid"},
      {"lock_files", R"({"path":"."})", "invalid"},
      {"lock_files", R"({"path":"busy.txt"})", "locked"},
      {"unlock_files", R"({"path":"../up"})", "invalid"},
      {"delegate_task", R"({"agent":"","prompt":"x"})", "invalid"},
      {"delegate_task", R"({"agent":"kimi","prompt":""})", "invalid"},
  };
  for (const Case& each : cases) {
    EXPECT_EQ(kind(call(each.tool, each.input)), each.kind) << each.tool << " " << each.input;
  }
  EXPECT_TRUE(runner_.ran.empty());
  EXPECT_EQ(host_.files["a.txt"].text, "one\n");
}

TEST_F(ToolBoxTest, WhatTheHostDoesNotAllowIsNotBegun) {
  host_.put("a.txt", "one\n");
  host_.refuse = true;
  EXPECT_EQ(call("read_file", R"({"path":"a.txt"})").output, "one\n");
  const ToolOutcome edited = call("edit_file", R"({"path":"./a.txt","old":"one","new":"1"})");
  EXPECT_EQ(kind(edited), "denied");
  EXPECT_NE(edited.output.find("a person said no"), std::string::npos);
  EXPECT_EQ(host_.intents.back().paths, std::vector<std::string>{"a.txt"});
  EXPECT_EQ(kind(call("run_command", R"({"command":"make"})")), "denied");
  EXPECT_EQ(kind(call("delegate_task", R"({"agent":"kimi","prompt":"x"})")), "denied");
  EXPECT_EQ(kind(call("git", R"({"args":["add","a.txt"]})")), "denied");
  EXPECT_EQ(host_.files["a.txt"].text, "one\n");
  EXPECT_TRUE(runner_.ran.empty());
  EXPECT_TRUE(host_.asked.empty());
  const std::size_t asked = host_.intents.size();
  EXPECT_EQ(kind(call("edit_file", R"({"path":"a.txt"})")), "invalid");
  EXPECT_EQ(host_.intents.size(), asked) << "nobody is asked for what makes no sense";
}

TEST_F(ToolBoxTest, AFolderThatIsLockedStaysAFolder) {
  EXPECT_EQ(call("lock_files", R"({"path":"./src//"})").output, "locked");
  EXPECT_EQ(call("lock_files", R"({"path":"src/**/*.cpp"})").details.at("path"), "src/**/*.cpp");
  EXPECT_EQ(call("unlock_files", R"({"path":"/workspace/src/"})").output, "given back");
  const std::vector<std::string> asked{"lock src/", "lock src/**/*.cpp", "unlock src/"};
  EXPECT_EQ(host_.asked, asked);
}

TEST_F(ToolBoxTest, TalksToOtherAgents) {
  EXPECT_EQ(call("send_message", R"({"to":"kimi, codex","text":"hi"})").output, "sent");
  EXPECT_EQ(call("send_message", R"({"to":["kimi","codex"],"text":"hi"})").output, "sent");
  EXPECT_EQ(call("read_messages", "{}").output, R"(["hello"])");
  EXPECT_EQ(call("delegate_task", R"({"agent":"auto","prompt":"do"})").details.at("task"), "t_1");
  const std::vector<std::string> asked{"send kimi hi", "send codex hi", "send kimi hi",
                                       "send codex hi", "delegate auto do"};
  EXPECT_EQ(host_.asked, asked);
}

TEST_F(ToolBoxTest, ListsWithinABound) {
  EXPECT_EQ(call("list_files", "{}").output, "The folder is empty.\n");
  for (std::size_t i = 0; i < limits::kListEntriesMax + 5; ++i) {
    host_.put("f" + std::to_string(i), "x");
  }
  const ToolOutcome outcome = call("list_files", R"({"path":"."})");
  EXPECT_TRUE(outcome.ok);
  EXPECT_NE(outcome.output.find("[5 more left out"), std::string::npos);
}

TEST_F(ToolBoxTest, CommandsRunBetweenTheHostsHooks) {
  runner_.answer = CommandResult{.exit_code = 3, .output = "boom"};
  const ToolOutcome outcome = call("run_command", R"({"command":"make","timeout_s":5})");
  EXPECT_FALSE(outcome.ok);
  EXPECT_TRUE(outcome.output.starts_with("boom\n[exit code 3, ")) << outcome.output;
  EXPECT_TRUE(outcome.output.ends_with("[changed: made.txt]\n"));
  EXPECT_EQ(runner_.ran.at(0).limits.time, std::chrono::seconds(5));
  EXPECT_EQ(runner_.ran.at(0).access, ProjectAccess::kReadWrite);
  const std::vector<std::string> asked{"begin make", "end 7"};
  EXPECT_EQ(host_.asked, asked);
}

TEST_F(ToolBoxTest, ACommandIsGivenTheSecretsThatItNames) {
  const ToolOutcome outcome =
      call("run_command", R"({"command":"npm publish","secrets":["NPM_TOKEN","NPM_TOKEN"]})");
  ASSERT_TRUE(outcome.ok) << outcome.output;
  ASSERT_EQ(host_.intents.size(), 1u);
  EXPECT_EQ(host_.intents[0].secrets, std::vector<std::string>{"NPM_TOKEN"});
  ASSERT_EQ(runner_.ran.size(), 1u);
  ASSERT_EQ(runner_.ran[0].secrets.size(), 1u);
  EXPECT_EQ(runner_.ran[0].secrets[0].value, "value-of-NPM_TOKEN");
  EXPECT_EQ(runner_.ran[0].network, Network::kAllowList);
  for (const char* input :
       {R"({"command":"env","secrets":["PATH"]})", R"({"command":"env","secrets":["a"]})",
        R"({"command":"env","secrets":"NPM_TOKEN"})"}) {
    EXPECT_EQ(kind(call("run_command", input)), "invalid") << input;
  }
  EXPECT_TRUE(call("run_command", R"({"command":"env","secrets":null})").ok);
  EXPECT_TRUE(runner_.ran.back().secrets.empty());
}

TEST_F(ToolBoxTest, ASecretThatIsNotAllowedIsNotRead) {
  host_.refuse = true;
  EXPECT_EQ(kind(call("run_command", R"({"command":"env","secrets":["NPM_TOKEN"]})")), "denied");
  EXPECT_TRUE(host_.asked.empty());
}

TEST_F(ToolBoxTest, GitHasNoNetwork) {
  call("git", R"({"args":["status"]})");
  call("git", R"({"args":["commit","-m","x"]})");
  ASSERT_EQ(runner_.ran.size(), 2u);
  for (const CommandSpec& spec : runner_.ran) EXPECT_EQ(spec.network, Network::kNone);
}

TEST_F(ToolBoxTest, SaysWhatACommandWantedToReach) {
  CommandResult result;
  result.visits = {{"registry.example", 443, Visit::Outcome::kAllowed, ""},
                   {"2001:db8::1", 80, Visit::Outcome::kAllowed, "could not be reached"},
                   {"evil.example", 443, Visit::Outcome::kRefused, "not on the list"}};
  runner_.answer = result;
  const ToolOutcome outcome = call("run_command", R"({"command":"npm install"})");
  EXPECT_TRUE(outcome.output.contains(
      "[network: let out to registry.example:443, [2001:db8::1]:80 (could not be reached)]\n"
      "[network: refused: evil.example:443 (not on the list); commands reach only hosts"))
      << outcome.output;
  EXPECT_EQ(json::serialize(outcome.details.at("network").at(2)),
            R"({"host":"evil.example","port":443,"allowed":false,"why":"not on the list"})");
}

TEST_F(ToolBoxTest, ACommandThatCannotRunIsEndedToo) {
  runner_.answer = unavailable("no sandbox", "install bubblewrap");
  const ToolOutcome refused = call("run_command", R"({"command":"make"})");
  EXPECT_EQ(kind(refused), "unavailable");
  EXPECT_NE(refused.output.find("install bubblewrap"), std::string::npos);
  runner_.throws = true;
  EXPECT_EQ(kind(call("run_command", R"({"command":"make"})")), "internal");
  EXPECT_EQ(host_.open_commands, 0);
}

TEST_F(ToolBoxTest, ACommandThatIsNotAllowedDoesNotRun) {
  host_.refuse_commands = true;
  EXPECT_EQ(kind(call("run_command", R"({"command":"make"})")), "denied");
  EXPECT_EQ(kind(call("git", R"({"args":["commit","-m","x"]})")), "denied");
  EXPECT_TRUE(runner_.ran.empty());
}

TEST_F(ToolBoxTest, SaysHowACommandEnded) {
  struct Case {
    const char* name;
    CommandResult result;
    const char* says;
  };
  const Case cases[] = {
      {"time", {.end = CommandEnd::kTimedOut, .signal = 9}, "ended at the time limit of 120 s"},
      {"stop", {.end = CommandEnd::kStopped, .signal = 9}, "[stopped]"},
      {"signal", {.exit_code = 139, .signal = 11}, "ended by signal 11"},
      {"memory",
       {.exit_code = 137, .signal = 9, .out_of_memory = true, .memory_bytes_max = 4ull << 30},
       "memory limit of 4096 MiB"},
      {"disk",
       {.end = CommandEnd::kDiskLimit, .signal = 9, .disk_limit = "it wrote too much"},
       "ended at the disk limit: it wrote too much"},
      {"output", {.output_bytes = 99999, .truncated = true}, "printed 99999 bytes in all"},
  };
  for (const Case& each : cases) {
    runner_.answer = each.result;
    const ToolOutcome outcome = call("run_command", R"({"command":"x"})");
    EXPECT_NE(outcome.output.find(each.says), std::string::npos) << outcome.output;
  }
}

TEST_F(ToolBoxTest, SaysWhatOthersHaveLocked) {
  host_.changes.held = {"a.txt (user:ann)"};
  EXPECT_EQ(call("run_command", R"({"command":"x"})").output.find("locked"), std::string::npos)
      << "it did not matter";
  runner_.answer = CommandResult{.exit_code = 1};
  ToolOutcome outcome = call("run_command", R"({"command":"x"})");
  EXPECT_NE(outcome.output.find("[read-only while it ran, because another one has locked it: "
                                "a.txt (user:ann)]"),
            std::string::npos)
      << outcome.output;
  runner_.answer = CommandResult{.exit_code = 0};
  host_.changes.put_back = {"b.txt (agent:kimi)"};
  outcome = call("run_command", R"({"command":"x"})");
  EXPECT_FALSE(outcome.ok) << "its work is not what it wanted";
  EXPECT_NE(outcome.output.find("locked it: b.txt (agent:kimi)"), std::string::npos);
}

TEST_F(ToolBoxTest, NothingRunsAfterAStop) {
  stop_.request_stop();
  EXPECT_EQ(kind(call("run_command", R"({"command":"make"})")), "unavailable");
  EXPECT_TRUE(runner_.ran.empty());
  EXPECT_TRUE(host_.asked.empty());
}

TEST_F(ToolBoxTest, ReadingGitCannotChangeTheProject) {
  EXPECT_TRUE(call("git", R"({"args":["status"]})").ok);
  EXPECT_EQ(runner_.ran.at(0).access, ProjectAccess::kReadOnly);
  EXPECT_TRUE(host_.asked.empty());
}

TEST_F(ToolBoxTest, SearchesTheLogAndByMeaning) {
  const ToolOutcome log = call("search", R"({"query":"some words","in":"log"})");
  EXPECT_TRUE(log.ok);
  EXPECT_EQ(log.output, "7 now user:ann agent_message: some words\n");
  const ToolOutcome meaning = call("search", R"({"query":"some words","in":"meaning"})");
  EXPECT_TRUE(meaning.ok);
  EXPECT_EQ(meaning.output, "a.txt:1-2\nsome words\n[by words]\n");
  EXPECT_EQ(kind(call("search", R"({"query":"x","in":"elsewhere"})")), "invalid");
  EXPECT_TRUE(runner_.ran.empty());
}

TEST_F(ToolBoxTest, AnOutputThatIsNotKeptIsSaidToBeGone) {
  EXPECT_EQ(kind(call("read_output", R"({"id":"o_9"})")), "not_found");
  EXPECT_EQ(kind(call("read_output", R"({"id":"o_9","from_line":0})")), "invalid");
  host_.kept = {"one\ntwo"};
  EXPECT_EQ(call("read_output", R"({"id":"o_1"})").output, "one\ntwo\n[lines 1 to 2 of 2]\n");
}

/// The same with real programs in the real sandbox.
class ToolBoxSandboxTest : public ToolBoxTest {
 protected:
  void SetUp() override {
    auto created = Sandbox::create({});
    if (!created) {
      std::cerr << "\n*** SKIPPED, NO SANDBOX: " << created.error().message << "\n\n";
      GTEST_SKIP() << "no sandbox on this machine";
    }
    sandbox_ = std::move(*created);
    real_.emplace(*sandbox_, pool_);
    std::string name = (fs::temp_directory_path() / "toolbox-test-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    host_.root = name;
    file("src/a.cpp", "int main() {\n  return alpha(1);\n}\n");
    file("src/b.ts", "const alpha = 1;\n");
    file(".gitignore", "ignored/\n");
    file("ignored/c.cpp", "alpha\n");
    file(".hidden/d.cpp", "alpha hidden\n");
  }
  void TearDown() override {
    if (host_.root != "/nowhere") fs::remove_all(host_.root);
  }
  void file(const std::string& path, const std::string& text) {
    fs::create_directories((host_.root / path).parent_path());
    std::ofstream(host_.root / path) << text;
  }
  ToolOutcome real(const std::string& name, const std::string& input) {
    return call_with(*real_, name, input);
  }

  std::unique_ptr<Sandbox> sandbox_;
  std::optional<ToolBox> real_;
};

TEST_F(ToolBoxSandboxTest, Searches) {
  struct Case {
    const char* name;
    const char* input;
    const char* output;
  };
  const Case cases[] = {
      {"every file", R"({"query":"alpha"})",
       ".hidden/d.cpp:1: alpha hidden\nsrc/a.cpp:2:   return alpha(1);\nsrc/b.ts:1: const alpha = "
       "1;\n"},
      {"glob", R"({"query":"alpha","glob":"*.ts"})", "src/b.ts:1: const alpha = 1;\n"},
      {"glob with folders", R"({"query":"alpha","glob":"src/**/*.cpp"})",
       "src/a.cpp:2:   return alpha(1);\n"},
      {"escaped", R"j({"query":"alpha\\(1\\)"})j", "src/a.cpp:2:   return alpha(1);\n"},
      {"nothing", R"({"query":"beta"})", "No match.\n"},
      {"no file matches", R"({"query":"alpha","glob":"*.py"})", "No match.\n"},
      {"not an option", R"({"query":"--version"})", "No match.\n"},
  };
  for (const Case& each : cases) {
    const ToolOutcome outcome = real("search", each.input);
    EXPECT_TRUE(outcome.ok) << each.name << ": " << outcome.output;
    EXPECT_EQ(outcome.output, each.output) << each.name;
  }
  const ToolOutcome invalid_query = real("search", R"j({"query":"alpha("})j");
  EXPECT_EQ(kind(invalid_query), "invalid");
  EXPECT_NE(invalid_query.output.find("unclosed group"), std::string::npos) << invalid_query.output;
}

TEST_F(ToolBoxSandboxTest, ASearchEndsWhenItHasEnough) {
  std::string many;
  for (int i = 0; i < 100'000; ++i) many += "alpha\n";
  file("many.txt", many);
  const ToolOutcome outcome = real("search", R"({"query":"^alpha$"})");
  EXPECT_TRUE(outcome.ok) << outcome.output;
  EXPECT_EQ(outcome.details.at("matches").as_array().size(), kSearchMatchesKept);
  EXPECT_EQ(outcome.details.at("truncated"), true);
  EXPECT_TRUE(
      outcome.output.contains("many.txt:200: alpha\n[4800 more matches]\n"
                              "[what is left out: read_output {\"id\":\"o_1\","
                              "\"from_line\":201}]\n"))
      << outcome.output.substr(outcome.output.size() - 300);
  const ToolOutcome rest = real("read_output", R"({"id":"o_1","from_line":201})");
  EXPECT_TRUE(rest.output.starts_with("many.txt:201: alpha\nmany.txt:202:")) << rest.output;
}

TEST_F(ToolBoxSandboxTest, WhatAnOutputLeavesOutCanBeReadOn) {
  const ToolOutcome outcome = real("run_command", R"({"command":"seq 1 100000"})");
  ASSERT_TRUE(outcome.ok) << outcome.output;
  const std::string_view kAsk = "read_output {\"id\":\"o_1\",\"from_line\":";
  const std::size_t at = outcome.output.find(kAsk);
  ASSERT_NE(at, std::string::npos) << outcome.output.substr(outcome.output.size() - 300);
  // The last line that is shown whole before the gap is the one before.
  const int line = std::stoi(outcome.output.substr(at + kAsk.size()));
  const std::size_t gap = outcome.output.find("[... ");
  EXPECT_TRUE(outcome.output.substr(0, gap).contains("\n" + std::to_string(line - 1) + "\n"));
  int next = line;
  for (int page = 0; page < 100 && next <= 100'000; ++page) {
    const ToolOutcome more =
        real("read_output", R"({"id":"o_1","from_line":)" + std::to_string(next) + "}");
    ASSERT_TRUE(more.ok) << more.output;
    EXPECT_TRUE(more.output.starts_with(std::to_string(next) + "\n")) << next;
    next = static_cast<int>(more.details.at("to_line").to_number<std::int64_t>()) + 1;
  }
  EXPECT_EQ(next, 100'001) << "every line was seen";
  EXPECT_EQ(kind(real("read_output", R"({"id":"o_1","from_line":100001})")), "invalid");
}

TEST_F(ToolBoxSandboxTest, CommitsUnderTheAgentsName) {
  ASSERT_TRUE(real("run_command", R"({"command":"git init -q . && git status --short"})").ok);
  EXPECT_TRUE(real("git", R"({"args":["add","src/a.cpp"]})").ok);
  const ToolOutcome committed = real("git", R"({"args":["commit","-m","Add a"]})");
  EXPECT_TRUE(committed.ok) << committed.output;
  const ToolOutcome log = real("git", R"({"args":["log","--format=%an %ae %s"]})");
  EXPECT_TRUE(log.output.starts_with("claude claude@agents.invalid Add a\n")) << log.output;
  EXPECT_TRUE(real("git", R"({"args":["status","--short"]})").ok);
}

}  // namespace
}  // namespace coditect::tools
