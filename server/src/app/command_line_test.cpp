#include "app/command_line.h"

#include <gtest/gtest.h>

#include <sstream>
#include <vector>

#include "app/client/event_feed.h"
#include "app/client/remote_error.h"
#include "app/client/workspaces.h"
#include "app/commands/provision_source.h"
#include "app/commands/serve_options.h"
#include "app/commands/task_watch.h"
#include "app/print/event_line.h"
#include "app/print/table.h"
#include "app/print/text.h"
#include "storage/archive/archive_test_support.h"

namespace coditect::app {
namespace {

/// A command line and what came of it.
struct Ran {
  int code = 0;
  std::string out;
  std::string err;
};

Ran run(const std::vector<std::string>& arguments, const Environment::Variables& variables = {}) {
  std::istringstream in;
  std::ostringstream out;
  std::ostringstream err;
  Shell shell{in, out, err, Environment(variables), Shell::Screen::kPipe};
  const int code = run_command_line(arguments, shell);
  return {code, out.str(), err.str()};
}

/// "coditect: ..." and "hint: ...", nothing else.
void expect_error(const Ran& ran, int code) {
  EXPECT_EQ(ran.code, code) << ran.out << ran.err;
  EXPECT_TRUE(ran.err.starts_with("coditect: ")) << ran.err;
  const std::size_t hint = ran.err.find("\nhint: ");
  ASSERT_NE(hint, std::string::npos) << ran.err;
  EXPECT_EQ(ran.err.find('\n', hint + 1), ran.err.size() - 1) << ran.err;
  EXPECT_EQ(ran.out, "");
}

constexpr const char* kCommands[] = {
    "serve",  "provision", "workspaces",        "run", "log", "sql", "verify", "restore",
    "export", "prices",    "simulate-providers"};

TEST(CommandLine, ExplainsEveryCommand) {
  const Ran all = run({"--help"});
  EXPECT_EQ(all.code, kSucceeded);
  for (const char* command : kCommands) {
    EXPECT_NE(all.out.find(command), std::string::npos) << command;
    const Ran one = run({command, "--help"});
    EXPECT_EQ(one.code, kSucceeded) << command;
    EXPECT_NE(one.out.find(std::string("coditect ") + command), std::string::npos) << one.out;
    EXPECT_EQ(one.err, "");
  }
}

TEST(CommandLine, TellsItsVersion) {
  const Ran ran = run({"--version"});
  EXPECT_EQ(ran.code, kSucceeded);
  EXPECT_EQ(ran.out, "coditect " + std::string(kVersion) + "\n");
}

TEST(CommandLine, RefusesMisuse) {
  const std::vector<std::string> cases[] = {
      {},
      {"explode"},
      {"restore"},
      {"workspaces", "--explode"},
      {"workspaces", "too", "many"},
      {"log"},
      {"log", "w", "--from", "soon"},
      {"log", "w", "--from", "0"},
      {"log", "w", "--from", "-1"},
      {"run", "w"},
      {"run", "w", "prompt", "--agent"},
      {"sql", "w", "sessions"},
      {"verify"},
      {"prices", "--at", "soon"},
      {"prices", "--usage", "{}"},
      {"prices", "--tier", "flex"},
      {"prices", "--model", "m", "--usage", "{\"inputs\":1}"},
      {"prices", "--model", "m", "--usage", "{\"input\":-1}"},
      {"prices", "--model", "m", "--usage", "{\"cache_write_long\":1}"},
      {"simulate-providers"},
      {"simulate-providers", "--listen", "nonsense"},
      {"serve", "--listen", "nonsense"},
      {"serve", "--listen", "127.0.0.1:70000"},
      {"serve", "--log-level", "loud"},
      {"serve", "--store", "ftp://bucket"},
      {"serve", "--store", "gs://"},
      {"serve", "--store", "s3://bucket?region="},
      {"serve", "--store", "/plain/folder"},
      {"serve", "--store", "file://relative"},
      {"serve", "--store", "file:///"},
      {"serve", "--mirror", "plain"},
      {"serve", "--no-store", "--mirror", "gs://bucket"},
      {"restore", "--store", "gs://bucket"},
      {"export"},
      {"export", "--store", "gs://bucket", "--workspace", "w"},
      {"export", "--store", "gs://bucket", "--to", "gs://bucket/x"},
      {"export", "--store", "bucket", "--workspace", "w", "--to", "gs://bucket/x"},
      {"export", "--store", "gs://bucket", "--workspace", "w", "--to", "folder"},
  };
  for (const std::vector<std::string>& arguments : cases) {
    SCOPED_TRACE(::testing::PrintToString(arguments));
    expect_error(run(arguments), kMisused);
  }
}

TEST(CommandLine, SaysWhichStoresThereAre) {
  EXPECT_NE(run({"serve", "--store", "folder"}).err.find("file:///data"), std::string::npos);
}

TEST(CommandLine, FailsWithoutAServer) {
  const Environment::Variables nowhere{{"CODITECT_DATA", "/no/such/folder"}};
  const Environment::Variables dead{{"CODITECT_URL", "http://127.0.0.1:1"},
                                    {"CODITECT_TOKEN", "x"}};
  const Environment::Variables half{{"CODITECT_URL", "http://127.0.0.1:1"}};
  const Environment::Variables bad{{"CODITECT_URL", "ftp://127.0.0.1"}, {"CODITECT_TOKEN", "x"}};
  const Environment::Variables injected{{"CODITECT_URL", "http://127.0.0.1:1"},
                                        {"CODITECT_TOKEN", "x\r\nX-Other: y"}};
  for (const auto& variables : {nowhere, dead, half, bad, injected}) {
    expect_error(run({"workspaces"}, variables), kFailed);
    expect_error(run({"provision", "name"}, variables), kFailed);
    // A prompt may be any text, the name of a command too.
    expect_error(run({"run", "w", "serve"}, variables), kFailed);
    expect_error(run({"log", "w", "--follow"}, variables), kFailed);
    expect_error(run({"sql", "w", "sessions", "select 1"}, variables), kFailed);
    expect_error(run({"verify", "w_1", "--data", "/no/such/folder"}, variables), kFailed);
  }
}

TEST(TellError, WritesOneLineEach) {
  std::ostringstream out;
  tell_error(out, invalid("it\nbroke\x1b[31m", "mend\nit"));
  EXPECT_EQ(out.str(), "coditect: it broke [31m\nhint: mend it\n");
  out.str("");
  tell_error(out, invalid("it broke"));
  EXPECT_EQ(out.str(), "coditect: it broke\n");
}

TEST(ServeConfig, OptionsWinOverEnvironmentOverFile) {
  const archive::TemporaryFolder folder;
  const std::string file = (folder.path() / "c.toml").string();
  archive::overwrite(file, "[server]\nlisten = \"127.0.0.1:1\"\ndata = \"from-file\"\n");
  std::istringstream in;
  std::ostringstream out;
  Shell shell{in, out, out, {}, Shell::Screen::kPipe};
  ServeOptions options;
  options.config = file;
  auto config = serve_config(options, shell);
  ASSERT_TRUE(config);
  EXPECT_EQ(config->data, "from-file");
  EXPECT_EQ(config->listen, "127.0.0.1:1");
  EXPECT_EQ(config->agents.size(), 4u);
  shell.environment = Environment(Environment::Variables{{"CODITECT_DATA", "from-environment"}});
  EXPECT_EQ(serve_config(options, shell)->data, "from-environment");
  options.data = "from-option";
  options.listen = "127.0.0.1:2";
  config = serve_config(options, shell);
  EXPECT_EQ(config->data, "from-option");
  EXPECT_EQ(config->listen, "127.0.0.1:2");
  options.config = (folder.path() / "none.toml").string();
  EXPECT_FALSE(serve_config(options, shell));
  archive::overwrite(file, "[server]\nlog_level = \"loud\"\n");
  options.config = file;
  EXPECT_EQ(serve_config(options, shell).error().code, Errc::kInvalid);
}

TEST(ServeConfig, HowLongAnAgentMayBeSilent) {
  const archive::TemporaryFolder folder;
  const auto file = folder.path() / "coditect.toml";
  Config config;
  EXPECT_EQ(config.stuck_after, limits::kAgentSilenceMax);
  archive::overwrite(file, "[server]\nstuck_after_s = 90\n");
  ASSERT_TRUE(load_config(file, config));
  EXPECT_EQ(config.stuck_after, std::chrono::seconds(90));
  for (const char* wrong : {"0", "-1", "86401", "1.5", "\"90\""}) {
    archive::overwrite(file, "[server]\nstuck_after_s = " + std::string(wrong) + "\n");
    EXPECT_EQ(load_config(file, config).error().code, Errc::kInvalid) << wrong;
  }
}

TEST(ServeConfig, WhatIsDoneAboutWaitsForLocks) {
  using std::chrono::seconds;
  const archive::TemporaryFolder folder;
  const auto file = folder.path() / "coditect.toml";
  Config config;
  archive::overwrite(file,
                     "[locks]\nmessage_after_s = 5\n"
                     "revoke_idle_after_s = 0\nask_after_s = 86400\n");
  ASSERT_TRUE(load_config(file, config));
  EXPECT_EQ(config.ladder.tell_after, seconds(5));
  EXPECT_EQ(config.ladder.revoke_after, seconds(0));
  EXPECT_EQ(config.ladder.ask_after, seconds(86400));
  EXPECT_EQ(config.ladder.ask_again_after, locks::Ladder{}.ask_again_after);
  for (const char* wrong : {"ask_after_s = -1", "ask_after_s = 86401", "ask_after_s = 1.5",
                            "ask_after_s = \"1\"", "ask_after = 1"}) {
    archive::overwrite(file, "[locks]\n" + std::string(wrong) + "\n");
    EXPECT_EQ(load_config(file, config).error().code, Errc::kInvalid) << wrong;
  }
}

TEST(ProvisionSource, MeansWhatItSays) {
  const archive::TemporaryFolder folder;
  const std::string path = std::filesystem::canonical(folder.path()).string();
  const std::pair<std::string, json::object> cases[] = {
      {"", {{"kind", "empty"}}},
      {"template:web", {{"kind", "template"}, {"name", "web"}}},
      {path, {{"kind", "path"}, {"path", path}}},
      {path + "/../" + folder.path().filename().string(), {{"kind", "path"}, {"path", path}}},
      {"https://host/a", {{"kind", "git"}, {"url", "https://host/a"}}},
      {"file:///a/b", {{"kind", "git"}, {"url", "file:///a/b"}}},
      {"git@host:a/b", {{"kind", "git"}, {"url", "git@host:a/b"}}},
      {"b.git", {{"kind", "git"}, {"url", "b.git"}}},
  };
  for (const auto& [from, source] : cases) {
    const auto result = provision_source(from);
    ASSERT_TRUE(result) << from;
    EXPECT_EQ(*result, source) << from;
  }
  for (const char* from : {"no-such-folder", "host:a", "@", "C:"}) {
    EXPECT_EQ(provision_source(from).error().code, Errc::kInvalid) << from;
  }
}

TEST(PickWorkspace, TakesAnIdOrAUniqueName) {
  const json::array list{{{"id", "w_1"}, {"name", "a"}},
                         {{"id", "w_2"}, {"name", "twice"}},
                         {{"id", "w_3"}, {"name", "twice"}},
                         {{"id", "w_4"}, {"name", "w_1"}}};
  EXPECT_EQ(*pick_workspace(list, "w_2"), "w_2");
  EXPECT_EQ(*pick_workspace(list, "a"), "w_1");
  EXPECT_EQ(*pick_workspace(list, "w_1"), "w_1") << "an id goes before a name";
  EXPECT_EQ(pick_workspace(list, "b").error().code, Errc::kNotFound);
  EXPECT_EQ(pick_workspace({}, "").error().code, Errc::kNotFound);
  const auto twice = pick_workspace(list, "twice");
  EXPECT_EQ(twice.error().code, Errc::kConflict);
  EXPECT_NE(twice.error().hint.find("w_2, w_3"), std::string::npos);
}

TEST(RemoteError, AlwaysHasAHint) {
  const Error problem = error_of_answer(404, R"({"detail":"gone","hint":"look elsewhere"})");
  EXPECT_EQ(problem.code, Errc::kNotFound);
  EXPECT_EQ(problem.message, "gone");
  EXPECT_EQ(problem.hint, "look elsewhere");
  for (const unsigned status : {301u, 400u, 401u, 403u, 404u, 409u, 423u, 429u, 500u, 502u, 503u}) {
    for (const char* body : {"", "<html>", "[]", "{\"detail\":7}", "{\"hint\":\"\"}"}) {
      const Error error = error_of_answer(status, body);
      EXPECT_NE(error.message, "");
      EXPECT_NE(error.hint, "") << status << body;
    }
  }
  const Error rpc = error_of_rpc({{"message", "no"}, {"data", {{"kind", "budget"}}}});
  EXPECT_EQ(rpc.code, Errc::kBudget);
  EXPECT_NE(rpc.hint, "");
  EXPECT_EQ(error_of_rpc({}).code, Errc::kInternal);
}

TEST(FeedMessage, KeepsTheLineAsItWasWritten) {
  const std::string line = R"({"seq":7,"number":1.50,"text":"}}"})";
  const auto event =
      parse_feed_message(R"({"jsonrpc":"2.0","method":"event","params":{"event":)" + line + "}}");
  ASSERT_TRUE(event && *event);
  EXPECT_EQ((*event)->seq, 7u);
  EXPECT_EQ((*event)->line, line);
  EXPECT_FALSE(*parse_feed_message(R"({"jsonrpc":"2.0","method":"presence","params":{}})"));
  for (const char* bad : {"", "[]", R"({"method":"event"})", R"({"method":"event","params":{}})",
                          R"({"method":"event","params":{"event":{"seq":"7"}}})",
                          R"({"method":"resync","params":{"head":9}})"}) {
    EXPECT_FALSE(parse_feed_message(bad)) << bad;
  }
}

TEST(TaskWatch, EndsWithTheLastTask) {
  auto made = TaskWatch::make(
      {{"tasks", {{{"id", "t_1"}, {"agent", "claude"}}, {{"id", "t_2"}, {"agent", "codex"}}}}});
  ASSERT_TRUE(made);
  TaskWatch watch = *std::move(made);
  const auto finished = [](std::string_view task, json::object data) {
    return json::object{{"type", "task_finished"}, {"task", task}, {"data", std::move(data)}};
  };
  EXPECT_FALSE(watch.concerns({{"type", "checkpoint"}}));
  EXPECT_FALSE(watch.concerns(finished("t_3", {{"state", "failed"}})));
  watch.apply({{"type", "task_started"}, {"task", "t_1"}});
  EXPECT_FALSE(watch.all_finished());
  watch.apply(finished("t_1", {{"state", "succeeded"}}));
  EXPECT_FALSE(watch.all_finished());
  EXPECT_FALSE(watch.outcome());
  TaskWatch other = watch;
  watch.apply(finished("t_2", {{"state", "succeeded"}}));
  EXPECT_TRUE(watch.all_finished());
  EXPECT_TRUE(watch.outcome());
  other.apply(finished(
      "t_2", {{"state", "failed"}, {"error", {{"message", "no money"}, {"hint", "earn some"}}}}));
  EXPECT_TRUE(other.all_finished());
  EXPECT_NE(other.outcome().error().message.find("no money"), std::string::npos);
  EXPECT_EQ(other.outcome().error().hint, "earn some");
  EXPECT_FALSE(TaskWatch::make({}));
  EXPECT_FALSE(TaskWatch::make({{"tasks", json::array()}}));
  EXPECT_FALSE(TaskWatch::make({{"tasks", {1}}}));
}

TEST(Text, BytesAreReadable) {
  const struct {
    std::uint64_t bytes;
    const char* text;
  } cases[] = {{0, "0 B"},
               {1023, "1023 B"},
               {1024, "1.0 KB"},
               {10'188, "9.9 KB"},
               {10'189, "10 KB"},
               {1'048'063, "1023 KB"},
               {1'048'064, "1.0 MB"},
               {5'000'000'000, "4.7 GB"},
               {UINT64_MAX, "16777216 TB"}};
  for (const auto& each : cases) EXPECT_EQ(readable_bytes(each.bytes), each.text) << each.bytes;
}

TEST(Text, CannotSteerATerminal) {
  EXPECT_EQ(one_line("a\nb\x1b]0;t\x07\xc2\x9b"), "a b ]0;t  ");
  EXPECT_EQ(paragraph("a\n\tb\x1b[2J\r\xc2\x9b!"), "a\n\tb[2J!");
  EXPECT_EQ(one_line("füße"), "füße");
  EXPECT_EQ(shortened("füße", 4), "füße");
  EXPECT_EQ(shortened("füßen", 4), "füß…");
}

TEST(Table, AlignsByCharacters) {
  EXPECT_EQ(format_table({"A", "NAME"}, {{"1", "x"}, {"äöü", ""}}), "A    NAME\n1    x\näöü\n");
  EXPECT_EQ(format_table({}, {}), "\n");
  EXPECT_EQ(cell(nullptr), "");
  EXPECT_EQ(cell(42), "42");
  EXPECT_EQ(cell("a"), "a");
}

TEST(EventLine, SaysWhyATaskGoesOnElsewhere) {
  const json::object moved{{"type", "provider_failover"},
                           {"data", json::object{{"from", json::object{{"model", "one"}}},
                                                 {"to", json::object{{"model", "two"}}},
                                                 {"error", "quota (HTTP 429): spent"}}}};
  EXPECT_EQ(describe_event(moved), "one failed, goes on with two: quota (HTTP 429): spent");
  const json::object retried{
      {"type", "task_retrying"},
      {"data", json::object{{"agent", "claude"}, {"error", "server (HTTP 500): oh"}}}};
  EXPECT_EQ(describe_event(retried), "claude: server (HTTP 500): oh");
}

TEST(EventLine, SaysWhoGoesRoundInACircle) {
  const json::object looping{
      {"type", "agent_looping"},
      {"data", json::object{{"agent", "kimi"}, {"what", "called x 4 times"}, {"step", "told"}}}};
  EXPECT_EQ(describe_event(looping), "kimi called x 4 times: told");
}

TEST(EventLine, SaysHowMuchRoomWasMade) {
  const json::object compacted{
      {"type", "context_compacted"},
      {"data", json::object{{"agent", "kimi"}, {"before", 900}, {"after", 100}}}};
  EXPECT_EQ(describe_event(compacted), "kimi cut its conversation from about 900 to 100 tokens");
}

TEST(EventLine, SaysWhatWasDoneAboutAWaitForALock) {
  const json::object escalated{
      {"type", "lock_escalated"},
      {"data", json::object{{"path", "a.txt"}, {"step", "asked"}, {"why", "it waits 120 s"}}}};
  EXPECT_EQ(describe_event(escalated), "asked a.txt: it waits 120 s");
}

TEST(EventLine, TakesAnyEvent) {
  const json::object call{{"seq", 3},
                          {"ts", "2026-11-20T12:00:00.000000Z"},
                          {"type", "tool_call"},
                          {"actor", "agent:claude"},
                          {"data", {{"tool", "read_file"}, {"input", {{"path", "a\n.txt"}}}}}};
  const std::string line = format_event(call);
  EXPECT_NE(line.find("read_file a .txt"), std::string::npos) << line;
  EXPECT_EQ(line.find('\n'), std::string::npos);
  for (const char* type : {"", "agent_message", "file_edit", "task_finished", "lock_acquired",
                           "lock_escalated", "agent_state_change", "of_a_later_version"}) {
    for (const json::value& data : {json::value(json::object()), json::value(7), json::value()}) {
      const std::string any = format_event({{"type", type}, {"data", data}});
      EXPECT_EQ(any.find('\n'), std::string::npos) << type;
    }
  }
}

}  // namespace
}  // namespace coditect::app
