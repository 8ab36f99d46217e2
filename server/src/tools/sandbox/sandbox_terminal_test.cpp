#include <gtest/gtest.h>

#include <condition_variable>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <mutex>
#include <optional>
#include <unistd.h>

#include "tools/sandbox/sandbox.h"

namespace coditect::tools {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;

/// What a terminal shows, for a test that waits for something to appear.
class Screen {
 public:
  void show(std::string_view chunk) {
    const std::lock_guard lock(mutex_);
    text_ += chunk;
    changed_.notify_all();
  }
  void end(Result<CommandResult> result) {
    const std::lock_guard lock(mutex_);
    end_ = std::move(result);
    changed_.notify_all();
  }
  /// Whether `wanted` appears before a time no machine needs.
  bool shows(std::string_view wanted) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, seconds(60), [&] { return text_.contains(wanted); });
  }
  Result<CommandResult> wait_for_end() {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, seconds(60), [&] { return end_.has_value(); })) {
      return unavailable("it does not end");
    }
    return *end_;
  }
  std::string text() {
    const std::lock_guard lock(mutex_);
    return text_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string text_;
  std::optional<Result<CommandResult>> end_;
};

bool process_exists(std::string_view marker) {
  for (const auto& entry : fs::directory_iterator("/proc")) {
    std::ifstream file(entry.path() / "cmdline");
    const std::string line((std::istreambuf_iterator<char>(file)), {});
    if (line.contains(marker)) return true;
  }
  return false;
}

/// One sandbox for all tests; a project and a screen for each.
class SandboxTerminalTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    auto created = Sandbox::create({});
    if (created) {
      sandbox_ = std::move(*created);
    } else {
      std::cerr << "\n*** THE TERMINAL TESTS ARE SKIPPED: " << created.error().message << "\n\n";
    }
  }
  static void TearDownTestSuite() { sandbox_.reset(); }

  void SetUp() override {
    if (!sandbox_) GTEST_SKIP() << "no sandbox on this machine";
    std::string name = (fs::temp_directory_path() / "terminal-test-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    project_ = name;
  }
  void TearDown() override {
    terminal_.reset();
    if (!project_.empty()) fs::remove_all(project_);
  }

  TerminalSpec spec(std::vector<std::string> argv) {
    TerminalSpec made{.argv = std::move(argv), .project_root = project_};
    made.on_output = [this](std::string_view chunk, const std::stop_token&) {
      screen_.show(chunk);
    };
    made.on_exit = [this](Result<CommandResult> end) { screen_.end(std::move(end)); };
    return made;
  }
  void start(TerminalSpec what) {
    auto started = sandbox_->start(std::move(what));
    ASSERT_TRUE(started) << started.error().message;
    terminal_ = *std::move(started);
  }
  void start_shell() {
    start(spec(terminal_shell()));
    ASSERT_TRUE(screen_.shows("$ ")) << screen_.text();
  }
  void type(std::string_view text) {
    auto written = terminal_->write(text);
    ASSERT_TRUE(written) << written.error().message;
    EXPECT_EQ(*written, text.size());
  }

  static std::unique_ptr<Sandbox> sandbox_;
  fs::path project_;
  Screen screen_;
  std::unique_ptr<TerminalProcess> terminal_;
};

std::unique_ptr<Sandbox> SandboxTerminalTest::sandbox_;

TEST_F(SandboxTerminalTest, RunsWhatIsTypedAndEchoesIt) {
  start_shell();
  type("echo $((6*7))-$TERM; pwd\n");
  EXPECT_TRUE(screen_.shows("echo $((6*7))")) << "no echo";
  EXPECT_TRUE(screen_.shows("42-xterm-256color")) << screen_.text();
  EXPECT_TRUE(screen_.shows("\n/workspace")) << screen_.text();
  EXPECT_FALSE(screen_.text().contains("no job control"));
}

TEST_F(SandboxTerminalTest, EndsWithTheShellsExitCode) {
  start_shell();
  type("exit 5\n");
  auto end = screen_.wait_for_end();
  ASSERT_TRUE(end) << end.error().message;
  EXPECT_EQ(end->end, CommandEnd::kExited);
  EXPECT_EQ(end->exit_code, 5);
}

TEST_F(SandboxTerminalTest, RunsACommandInsteadOfAShell) {
  start(spec(terminal_command("test -t 0 && test -t 1 && echo at a terminal; exit 3")));
  auto end = screen_.wait_for_end();
  ASSERT_TRUE(end) << end.error().message;
  EXPECT_EQ(end->exit_code, 3);
  EXPECT_TRUE(screen_.text().contains("at a terminal"));
}

TEST_F(SandboxTerminalTest, HasASizeThatFollows) {
  TerminalSpec small = spec(terminal_shell());
  small.size = {61, 17};
  start(std::move(small));
  type("stty size; read line; stty size\n");
  ASSERT_TRUE(screen_.shows("17 61")) << screen_.text();
  ASSERT_TRUE(terminal_->resize({133, 47}));
  type("\n");
  EXPECT_TRUE(screen_.shows("47 133")) << screen_.text();
}

TEST_F(SandboxTerminalTest, TheInterruptKeyEndsACommandAndNotTheShell) {
  start_shell();
  // The command itself says that it runs: the key must find it in the foreground, not the shell.
  type("sh -c \"echo be''gun; exec sleep 1000\"\n");
  ASSERT_TRUE(screen_.shows("begun"));
  type("\x03");
  type("echo status-$?\n");
  EXPECT_TRUE(screen_.shows("status-130")) << screen_.text();
}

TEST_F(SandboxTerminalTest, TheInterruptKeyReachesACommandWithoutAShell) {
  // Short sleeps: a key before the first one is noticed when it ends.
  start(spec(terminal_command(
      "trap 'echo caught; exit 9' INT; echo re''ady; while :; do sleep 0.1; done")));
  ASSERT_TRUE(screen_.shows("ready"));
  type("\x03");
  auto end = screen_.wait_for_end();
  ASSERT_TRUE(end) << end.error().message;
  EXPECT_EQ(end->exit_code, 9);
}

TEST_F(SandboxTerminalTest, StoppingEndsItsDaemonsToo) {
  start_shell();
  type("(setsid bash -c 'sleep 87651 & disown' &); setsid sleep 87652 & echo le''ft\n");
  ASSERT_TRUE(screen_.shows("left"));
  terminal_->stop();
  auto end = screen_.wait_for_end();
  ASSERT_TRUE(end) << end.error().message;
  EXPECT_EQ(end->end, CommandEnd::kStopped);
  EXPECT_FALSE(process_exists("87651"));
  EXPECT_FALSE(process_exists("87652"));
}

TEST_F(SandboxTerminalTest, DestroyingEndsIt) {
  start_shell();
  type("trap '' HUP TERM INT; echo re''ady; sleep 87653\n");
  ASSERT_TRUE(screen_.shows("ready"));
  terminal_.reset();
  EXPECT_FALSE(process_exists("87653"));
}

TEST_F(SandboxTerminalTest, AListenerThatBlocksMakesTheProgramWait) {
  // Nobody takes anything after the first chunk, so the program fills the kernel's buffer only.
  std::size_t heard = 0;
  TerminalSpec flood = spec(terminal_command("cat /dev/zero"));
  flood.on_output = [&](std::string_view chunk, const std::stop_token& stop) {
    heard += chunk.size();
    screen_.show("flooded");
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    never.wait(lock, stop, [] { return false; });
  };
  start(std::move(flood));
  ASSERT_TRUE(screen_.shows("flooded"));
  terminal_->stop();
  ASSERT_TRUE(screen_.wait_for_end());
  EXPECT_LT(heard, 1u << 20);
}

TEST_F(SandboxTerminalTest, WhatNobodyReadsIsNotTaken) {
  start(spec(terminal_command("stty raw -echo; echo ready; sleep 1000")));
  ASSERT_TRUE(screen_.shows("ready"));
  const std::string paste(64u << 10, 'x');
  std::size_t taken = 0;
  Result<std::size_t> last = std::size_t{1};
  for (int turn = 0; turn < 1000 && last && *last > 0; ++turn) {
    last = terminal_->write(paste);
    if (last) taken += *last;
  }
  ASSERT_TRUE(last) << last.error().message;
  EXPECT_EQ(*last, 0u);
  EXPECT_LT(taken, 1u << 20);
}

TEST_F(SandboxTerminalTest, ShowsNothingOfTheServerAndLeadsNowhere) {
  ::setenv("ANTHROPIC_API_KEY", "sk-secret-value", 1);
  struct Case {
    const char* name;
    const char* command;
    int exit_code;
  };
  const Case cases[] = {
      {"the environment", "! { env; cat /proc/*/environ; } | grep -a sk-secret", 0},
      {"a network", "exec 3<>/dev/tcp/1.1.1.1/80", 1},
      {"its own interfaces only", "test $(tail -n +3 /proc/net/dev | wc -l) = 1", 0},
      {"descriptors", "ls /proc/self/fd > /tmp/f; test \"$(tr '\\n' ' ' < /tmp/f)\" = '0 1 2 3 '",
       0},
      {"typing for others", "perl -e 'my $c = \"x\"; exit(ioctl(STDIN, 0x5412, $c) ? 1 : 0)'", 0},
      {"other terminals", "test -z \"$(ls /dev/pts | grep -v ptmx)\"", 0},
      {"a system folder", "touch /usr/x", 1},
      {"the kernel's settings", "echo x > /proc/sys/kernel/core_pattern", 1},
      {"a new namespace", "unshare -U true", 1},
  };
  for (const Case& each : cases) {
    SCOPED_TRACE(each.name);
    Screen screen;
    TerminalSpec made = spec(terminal_command(each.command));
    made.on_output = [&](std::string_view chunk, const std::stop_token&) { screen.show(chunk); };
    made.on_exit = [&](Result<CommandResult> end) { screen.end(std::move(end)); };
    auto terminal = sandbox_->start(std::move(made));
    ASSERT_TRUE(terminal) << terminal.error().message;
    auto end = screen.wait_for_end();
    ASSERT_TRUE(end) << end.error().message;
    EXPECT_EQ(end->exit_code, each.exit_code) << screen.text();
  }
  ::unsetenv("ANTHROPIC_API_KEY");
}

TEST_F(SandboxTerminalTest, RefusesWhatCannotStart) {
  TerminalSpec nowhere = spec(terminal_shell());
  nowhere.project_root = project_ / "nowhere";
  TerminalSpec relative = spec(terminal_shell());
  relative.project_root = "project";
  const TerminalSpec too_long =
      spec(terminal_command(std::string(limits::kCommandBytesMax + 1, 'x')));
  const TerminalSpec nothing = spec({});
  for (const TerminalSpec& each : {nowhere, relative, too_long, nothing}) {
    EXPECT_FALSE(sandbox_->start(each));
  }
}

TEST(NoSandboxTerminalTest, Refuses) {
  NoSandbox none(unavailable("bubblewrap is missing", "install it"));
  auto started = none.start(TerminalSpec{.argv = terminal_shell(), .project_root = "/"});
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, Errc::kUnavailable);
  EXPECT_EQ(started.error().hint, "install it");
}

}  // namespace
}  // namespace coditect::tools
