#include "tools/sandbox/sandbox.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace coditect::tools {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// One sandbox for all tests, and a fresh project beside a secret file for each.
class SandboxTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    auto created = Sandbox::create({});
    if (created) {
      sandbox_ = std::move(*created).release();
      std::cerr << sandbox_->description() << "\n";
    } else {
      std::cerr << "\n*** THE SANDBOX TESTS ARE SKIPPED: " << created.error().message
                << "\n*** hint: " << created.error().hint << "\n\n";
    }
  }
  static void TearDownTestSuite() { delete std::exchange(sandbox_, nullptr); }

  void SetUp() override {
    if (sandbox_ == nullptr) GTEST_SKIP() << "no sandbox on this machine";
    std::string name = (fs::temp_directory_path() / "sandbox-test-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
    project_ = folder_ / "project";
    fs::create_directory(project_);
    std::ofstream(folder_ / "secret.txt") << "sesame";
  }
  void TearDown() override {
    if (!folder_.empty()) fs::remove_all(folder_);
  }

  CommandSpec spec(std::string command) const {
    CommandSpec made{.argv = shell_command(std::move(command)), .project_root = project_};
    made.limits.time = seconds(60);
    return made;
  }
  CommandResult run(const CommandSpec& what) {
    auto result = sandbox_->run(what);
    EXPECT_TRUE(result) << result.error().message;
    return result ? *std::move(result) : CommandResult{.exit_code = -1};
  }
  CommandResult run(std::string command) { return run(spec(std::move(command))); }

  static bool runs_as_root() { return ::getuid() == 0; }
  static bool limits(std::string_view what) {
    return sandbox_->description().find(what) != std::string::npos;
  }

  static Sandbox* sandbox_;
  fs::path folder_;
  fs::path project_;
};

Sandbox* SandboxTest::sandbox_ = nullptr;

/// Is a process alive on the machine whose arguments hold `marker`?
bool process_exists(std::string_view marker) {
  for (const auto& entry : fs::directory_iterator("/proc")) {
    std::ifstream file(entry.path() / "cmdline");
    const std::string line((std::istreambuf_iterator<char>(file)), {});
    if (line.find(marker) != std::string::npos) return true;
  }
  return false;
}

TEST_F(SandboxTest, SaysWhatACommandDid) {
  struct Case {
    const char* name;
    const char* command;
    int exit_code;
    int signal;
    const char* output;
  };
  const Case cases[] = {
      {"prints", "echo hello", 0, 0, "hello\n"},
      {"fails", "exit 3", 3, 0, ""},
      {"both streams in order", "echo one; echo two >&2; echo three", 0, 0, "one\ntwo\nthree\n"},
      {"unknown program", "no-such-program 2>/dev/null", 127, 0, ""},
      {"killed by a signal", "kill -TERM $$", 143, 15, ""},
      {"starts in the project", "pwd", 0, 0, "/workspace\n"},
      {"has no input", "cat; echo done", 0, 0, "done\n"},
      {"has a name", "whoami; id -u; hostname", 0, 0, "agent\n1000\nsandbox\n"},
      {"bash it is", "[[ a == a ]] && echo yes", 0, 0, "yes\n"},
      {"not UTF-8", "printf 'a\\xffb\\0c'", 0, 0,
       "a\xEF\xBF\xBD"
       "b c"},
      {"no core", "ulimit -c", 0, 0, "0\n"},
  };
  for (const Case& each : cases) {
    SCOPED_TRACE(each.name);
    const CommandResult result = run(each.command);
    EXPECT_EQ(result.exit_code, each.exit_code);
    EXPECT_EQ(result.signal, each.signal);
    EXPECT_EQ(result.output, each.output);
    EXPECT_EQ(result.end, CommandEnd::kExited);
    EXPECT_FALSE(result.truncated);
  }
}

TEST_F(SandboxTest, WorksInTheProject) {
  fs::create_directory(project_ / "src");
  CommandSpec in_src = spec("echo text > made.txt && pwd");
  in_src.working_directory = "src";
  EXPECT_EQ(run(in_src).output, "/workspace/src\n");
  EXPECT_TRUE(fs::exists(project_ / "src/made.txt"));
  struct stat made{};
  ASSERT_EQ(::stat((project_ / "src/made.txt").c_str(), &made), 0);
  EXPECT_EQ(made.st_uid, ::getuid());
}

TEST_F(SandboxTest, ReadOnlyAccessCannotChangeTheProject) {
  CommandSpec reads = spec("echo text > made.txt");
  reads.access = ProjectAccess::kReadOnly;
  EXPECT_NE(run(reads).exit_code, 0);
  EXPECT_FALSE(fs::exists(project_ / "made.txt"));
}

TEST_F(SandboxTest, TheEnvironmentHoldsNothingOfTheServer) {
  ::setenv("ANTHROPIC_API_KEY", "sk-secret-value", 1);
  CommandSpec with_variable = spec("env; cat /proc/self/environ /proc/1/environ");
  with_variable.environment = {{"GREETING", "good morning"}};
  const CommandResult result = run(with_variable);
  ::unsetenv("ANTHROPIC_API_KEY");
  EXPECT_EQ(result.output.find("sk-secret-value"), std::string::npos) << result.output;
  EXPECT_NE(result.output.find("GREETING=good morning"), std::string::npos);
  EXPECT_NE(result.output.find("HOME=/tmp/home"), std::string::npos);
}

TEST_F(SandboxTest, InheritsNoDescriptor) {
  const int leaked = ::dup(STDERR_FILENO);  // not close-on-exec
  const CommandResult result = run("ls /proc/self/fd | tr '\\n' ' '");
  ::close(leaked);
  EXPECT_EQ(result.output, "0 1 2 3 ");  // 3 is ls reading the folder
}

TEST_F(SandboxTest, RefusesWhatLeadsOut) {
  const std::string secret = (folder_ / "secret.txt").string();
  fs::create_symlink(secret, project_ / "link");
  fs::create_symlink("../secret.txt", project_ / "relative-link");
  struct Case {
    const char* name;
    std::string command;
  };
  const Case cases[] = {
      {"a file outside by its path", "cat " + secret},
      {"a file outside through a link", "cat link"},
      {"a file outside through a relative link", "cat relative-link"},
      {"a file outside by dots", "cat /workspace/../secret.txt"},
      {"write a system folder", "touch /usr/x"},
      {"write the root", "touch /x"},
      {"write /etc", "touch /etc/x"},
      {"write /dev", "touch /dev/x"},
      {"shadow", "cat /etc/shadow"},
      {"the kernel's settings", "echo x > /proc/sys/kernel/core_pattern"},
      {"the kernel's triggers", "echo b > /proc/sysrq-trigger"},
      {"sysfs", "ls /sys"},
      {"a network", "exec 3<>/dev/tcp/1.1.1.1/80"},
      {"another process",
       "kill -0 " + std::to_string(::getpid()) + " || ls /proc/" + std::to_string(::getpid())},
      {"mount", "mount -t tmpfs none /tmp"},
      {"a new user namespace", "unshare -U true"},
      {"a new mount namespace", "unshare -rm true"},
      {"a set-user-id file", "touch f && chmod u+s f"},
      {"a set-group-id file", "touch f && chmod 2755 f"},
      {"a device", "mknod disk b 8 0"},
      {"become root", "su -c true"},
      {"a reboot", "/sbin/reboot -f"},
  };
  for (const Case& each : cases) {
    const CommandResult result = run(each.command);
    EXPECT_NE(result.exit_code, 0) << each.name << ": " << result.output;
    EXPECT_EQ(result.output.find("sesame"), std::string::npos) << each.name;
  }
}

TEST_F(SandboxTest, HasALoopbackOfItsOwn) {
  const CommandResult result = run("cat /proc/net/dev | tail -n +3 | cut -d: -f1 | tr -d ' '");
  EXPECT_EQ(result.output, "lo\n");
}

TEST_F(SandboxTest, RefusesCommandsThatMakeNoSense) {
  CommandSpec empty = spec("true");
  empty.argv.clear();
  CommandSpec outside = spec("true");
  outside.working_directory = "../elsewhere";
  CommandSpec absolute = spec("true");
  absolute.working_directory = "/etc";
  CommandSpec nul = spec(std::string("echo a\0b", 8));
  CommandSpec preload = spec("true");
  preload.environment = {{"LD_PRELOAD", "/workspace/x.so"}};
  CommandSpec relative = spec("true");
  relative.project_root = "project";
  CommandSpec missing = spec("true");
  missing.project_root = folder_ / "nowhere";
  CommandSpec too_long = spec(std::string(limits::kCommandBytesMax + 1, 'x'));
  CommandSpec no_program = spec("true");
  no_program.argv = {"/usr/bin/no-such-program"};
  for (const CommandSpec& each :
       {empty, outside, absolute, nul, preload, relative, missing, too_long, no_program}) {
    EXPECT_FALSE(sandbox_->run(each));
  }
}

TEST_F(SandboxTest, EndsAtTheTimeLimit) {
  CommandSpec slow = spec("echo begun; sleep 1000");
  slow.limits.time = seconds(2);  // enough for the first word, also on a busy machine
  const CommandResult result = run(slow);
  EXPECT_EQ(result.end, CommandEnd::kTimedOut);
  EXPECT_EQ(result.output, "begun\n");
  EXPECT_EQ(result.signal, SIGKILL);
}

TEST_F(SandboxTest, IgnoringSignalsDoesNotHelp) {
  CommandSpec stubborn = spec("trap '' TERM INT HUP QUIT; while :; do sleep 1000; done");
  stubborn.limits.time = milliseconds(300);
  EXPECT_EQ(run(stubborn).end, CommandEnd::kTimedOut);
}

TEST_F(SandboxTest, EndsWhenStopped) {
  std::stop_source stop;
  CommandSpec waits = spec("echo begun; sleep 1000");
  waits.stop = stop.get_token();
  waits.on_output = [&](std::string_view) { stop.request_stop(); };
  const CommandResult result = run(waits);
  EXPECT_EQ(result.end, CommandEnd::kStopped);
  EXPECT_EQ(result.output, "begun\n");
}

TEST_F(SandboxTest, NeverStartsWhenStoppedBefore) {
  std::stop_source stop;
  stop.request_stop();
  CommandSpec never = spec("touch started");
  never.stop = stop.get_token();
  EXPECT_EQ(run(never).end, CommandEnd::kStopped);
  EXPECT_FALSE(fs::exists(project_ / "started"));
}

TEST_F(SandboxTest, DaemonsEndWithTheirCommand) {
  // A double fork in a session of its own, holding the output open.
  const CommandResult result =
      run("(setsid bash -c 'sleep 98761 & disown' &) ; setsid sleep 98762 & echo left");
  EXPECT_EQ(result.end, CommandEnd::kExited);
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.output, "left\n");
  EXPECT_FALSE(process_exists("98761"));
  EXPECT_FALSE(process_exists("98762"));
}

TEST_F(SandboxTest, DaemonsEndAtTheTimeLimit) {
  CommandSpec slow = spec("(setsid bash -c 'exec >/dev/null 2>&1; sleep 98763' &) ; sleep 98764");
  slow.limits.time = milliseconds(400);
  EXPECT_EQ(run(slow).end, CommandEnd::kTimedOut);
  EXPECT_FALSE(process_exists("98763"));
  EXPECT_FALSE(process_exists("98764"));
}

TEST_F(SandboxTest, AFirstProcessKeepsNoZombies) {
  // As in a container whose first process is the server: orphans become its children.
  ASSERT_EQ(::prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
  run("true");
  run("(setsid sleep 98766 &) ; true");
  CommandSpec slow = spec("sleep 98767");
  slow.limits.time = milliseconds(300);
  run(slow);
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
  ::prctl(PR_SET_CHILD_SUBREAPER, 0);
}

TEST_F(SandboxTest, AFloodOfOutputIsBounded) {
  CommandSpec flood = spec("yes 0123456789 | head -c 50000000; echo the end");
  flood.limits.output_bytes = 10'000;
  const CommandResult result = run(flood);
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_TRUE(result.truncated);
  EXPECT_EQ(result.output_bytes, 50'000'008u);
  EXPECT_LT(result.output.size(), 10'200u);
  EXPECT_TRUE(result.output.ends_with("the end\n"));
}

TEST_F(SandboxTest, AnEndlessFloodEndsAtTheTimeLimit) {
  CommandSpec flood = spec("cat /dev/zero");
  flood.limits.time = milliseconds(500);
  flood.limits.output_bytes = 1000;
  const CommandResult result = run(flood);
  EXPECT_EQ(result.end, CommandEnd::kTimedOut);
  EXPECT_LT(result.output.size(), 1200u);
}

TEST_F(SandboxTest, AFileStaysBelowItsLimit) {
  CommandSpec large = spec("head -c 50M /dev/zero > large");
  large.limits.file_bytes = 1u << 20;
  EXPECT_NE(run(large).exit_code, 0);
  EXPECT_LE(fs::file_size(project_ / "large"), 1u << 20);
}

TEST_F(SandboxTest, WhatACommandWritesStaysNearItsLimit) {
  CommandSpec bomb =
      spec("i=0; while :; do head -c 4M /dev/zero > f$i || exit 3; i=$((i+1)); done");
  bomb.limits.written_bytes = 32u << 20;
  const CommandResult result = run(bomb);
  EXPECT_EQ(result.end, CommandEnd::kDiskLimit) << result.output;
  EXPECT_NE(result.disk_limit.find("more than 32 MiB"), std::string::npos) << result.disk_limit;
}

TEST_F(SandboxTest, UsesItsShareOfTheProcessorOnly) {
  if (!limits(" cores")) GTEST_SKIP() << "nothing limits processor time here";
  CommandSpec busy = spec(
      "for i in 1 2 3 4; do (while :; do :; done) & done; a=${EPOCHREALTIME/./}; sleep 2;"
      "kill $(jobs -p); echo $((${EPOCHREALTIME/./} - a)); times");
  busy.limits.cores = 1;
  const CommandResult result = run(busy);
  // The microseconds that went by, which may be many on a busy machine; its own processor time;
  // and that of its children, four loops: "0m1.930s 0m0.020s".
  long passed_us = 0;
  int minutes = 0;
  double used_s = 1000;
  ASSERT_EQ(
      std::sscanf(result.output.c_str(), "%ld %*s %*s %dm%lfs", &passed_us, &minutes, &used_s), 3)
      << result.output;
  EXPECT_LT(minutes * 60 + used_s, 1.3 * static_cast<double>(passed_us) / 1e6) << result.output;
}

TEST_F(SandboxTest, ScratchSpaceStaysBelowItsLimit) {
  CommandSpec large = spec("head -c 50M /dev/zero > /tmp/large");
  large.limits.scratch_bytes = 1u << 20;
  EXPECT_NE(run(large).exit_code, 0);
}

TEST_F(SandboxTest, OpenFilesStayBelowTheirLimit) {
  CommandSpec opens = spec("ulimit -n");
  opens.limits.open_files = 77;
  EXPECT_EQ(run(opens).output, "77\n");
}

TEST_F(SandboxTest, MemoryStaysBelowItsLimit) {
  CommandSpec hungry = spec("tail /dev/zero");  // tail keeps what it reads until a line ends
  hungry.limits.memory_bytes = 64u << 20;
  hungry.limits.time = seconds(30);
  const CommandResult result = run(hungry);
  EXPECT_EQ(result.end, CommandEnd::kExited) << "the time limit came first";
  EXPECT_NE(result.exit_code, 0);
  EXPECT_EQ(result.out_of_memory, limits(": memory")) << sandbox_->description();
}

TEST_F(SandboxTest, AForkBombIsContained) {
  if (limits("NOT LIMITED")) GTEST_SKIP() << "nothing limits processes here";
  CommandSpec bomb = spec("bomb() { bomb | bomb & }; bomb; sleep 98765");
  bomb.limits.processes = 40;
  bomb.limits.time = seconds(1);
  run(bomb);
  EXPECT_FALSE(process_exists("98765"));
  EXPECT_EQ(run("echo fine").output, "fine\n");
}

/// A command that may not change some paths, which may be others by and by.
class ReadOnlyPathsTest : public SandboxTest {
 protected:
  void SetUp() override {
    SandboxTest::SetUp();
    if (sandbox_ == nullptr) return;
    fs::create_directories(project_ / "src/deep");
    for (const char* path : {"a.txt", "b.txt", "src/c.txt", "src/deep/d.txt"}) {
      std::ofstream(project_ / path) << "old\n";
    }
  }
  CommandSpec guarded(std::string command, std::vector<std::string> paths) {
    CommandSpec made = spec(std::move(command));
    made.read_only = *ReadOnlyPaths::create(std::move(paths));
    return made;
  }
  std::string text(const std::string& path) const {
    std::ifstream file(project_ / path);
    return {std::istreambuf_iterator<char>(file), {}};
  }
};

TEST_F(ReadOnlyPathsTest, CannotBeChanged) {
  const char* attempts[] = {"echo new > a.txt",
                            "echo new >> a.txt",
                            "rm -f a.txt",
                            "mv a.txt z.txt",
                            "mv -f b.txt a.txt",
                            "sed -i s/old/new/ a.txt",
                            "truncate -s 0 a.txt",
                            "chmod +x a.txt",
                            "touch -d yesterday a.txt",
                            "ln a.txt hard",
                            "umount a.txt",
                            "mount -o remount,rw /workspace/a.txt",
                            "echo new > src/c.txt",
                            "rm -r src/deep/d.txt",
                            "echo new > src/new.txt",
                            "cd src && echo n > c.txt",
                            "mkdir src/more"};
  for (const char* attempt : attempts) {
    const CommandResult result = run(guarded(attempt, {"a.txt", "src", "src/c.txt", "not-there"}));
    EXPECT_NE(result.exit_code, 0) << attempt << ": " << result.output;
    EXPECT_EQ(text("a.txt"), "old\n") << attempt;
    EXPECT_EQ(text("src/c.txt"), "old\n") << attempt;
    EXPECT_EQ(text("src/deep/d.txt"), "old\n") << attempt;
  }
  EXPECT_EQ(run(guarded("cat a.txt src/c.txt; echo new > b.txt", {"a.txt", "src"})).output,
            "old\nold\n");
  EXPECT_EQ(text("b.txt"), "new\n");
}

TEST_F(ReadOnlyPathsTest, HoldInAFolderThatTheCommandStartsIn) {
  CommandSpec inside = guarded("echo new > c.txt", {"src"});
  inside.working_directory = "src";
  EXPECT_NE(run(inside).exit_code, 0);
  EXPECT_EQ(text("src/c.txt"), "old\n");
  EXPECT_NE(run(guarded("echo new > a.txt", {""})).exit_code, 0) << "the whole project";
  EXPECT_EQ(text("a.txt"), "old\n");
}

TEST_F(ReadOnlyPathsTest, LeaveNothingOfThemselvesInside) {
  const CommandResult result =
      run(guarded("ls /proc/self/fd | tr '\\n' ' '; pwd; echo $0; false", {"a.txt"}));
  EXPECT_EQ(result.output, "0 1 2 3 /workspace\n/bin/bash\n");
  EXPECT_EQ(result.exit_code, 1);
}

TEST_F(ReadOnlyPathsTest, AreNeverFoundThroughALink) {
  fs::create_symlink(folder_, project_ / "out");
  fs::create_symlink("secret.txt", project_ / "file");
  const CommandResult result =
      run(guarded("ls -A; cat out/secret.txt file", {"out/secret.txt", "file", "out", "out/new"}));
  EXPECT_NE(result.exit_code, 0);
  EXPECT_EQ(result.output.find("sesame"), std::string::npos) << result.output;
  EXPECT_FALSE(fs::exists(folder_ / "new"));
}

TEST_F(ReadOnlyPathsTest, MayChangeWhileTheCommandRuns) {
  CommandSpec tries = guarded(
      "echo begun; until ! echo early >> a.txt; do sleep 0.05; done 2>/dev/null; echo held;"
      "until test -e go; do echo .; sleep 0.05; done;"
      "until echo late >> a.txt; do echo refused; sleep 0.05; done 2>/dev/null;"
      "echo free",
      {"b.txt"});
  tries.limits.time = seconds(60);
  // Each step waits for what the one before has brought about: what the command does at the moment
  // of a change may come before it or after it.
  std::string seen;
  int looks = 0;
  tries.on_output = [&](std::string_view chunk) {
    const bool was_held = seen.contains("held");
    const bool was_refused = seen.contains("refused");
    const bool had_begun = seen.contains("begun");
    seen += chunk;
    if (!had_begun) tries.read_only->set({"a.txt", "b.txt"});
    if (!was_held && seen.contains("held")) {
      // In place of the file that is held another one may be put: by its holder, outside.
      std::ofstream(folder_ / "replaced") << "by its holder\n";
      fs::rename(folder_ / "replaced", project_ / "a.txt");
      tries.read_only->set({"b.txt", "a.txt"});
    }
    if (was_held && ++looks == 2) std::ofstream(project_ / "go");
    if (!was_refused && seen.contains("refused")) tries.read_only->set({});
  };
  const CommandResult result = run(tries);
  EXPECT_TRUE(result.output.contains("refused\n")) << "the file that was put in its place is free";
  EXPECT_TRUE(result.output.ends_with("free\n")) << result.output;
  EXPECT_EQ(text("a.txt"), "by its holder\nlate\n");
}

TEST_F(ReadOnlyPathsTest, MayChangeAtTheMomentAtWhichTheCommandEnds) {
  CommandSpec ends = guarded("echo said; exit 7", {"b.txt"});
  ends.on_output = [&](std::string_view) {
    // The command has ended when this returns, and nobody has looked yet.
    std::this_thread::sleep_for(milliseconds(300));
    ends.read_only->set({"a.txt", "b.txt"});
  };
  const CommandResult result = run(ends);
  EXPECT_EQ(result.output, "said\n");
  EXPECT_EQ(result.exit_code, 7);
}

TEST_F(SandboxTest, RunsSideBySide) {
  std::atomic<int> right = 0;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      const std::string number = std::to_string(i);
      for (int turn = 0; turn < 3; ++turn) {
        auto result = sandbox_->run(spec("echo " + number));
        if (result && result->output == number + "\n") ++right;
      }
    });
  }
  threads.clear();
  EXPECT_EQ(right, 12);
}

TEST(SandboxCreateTest, FailsWithAHintWhereBubblewrapIsMissing) {
  auto created = Sandbox::create({.bubblewrap = "/nowhere/bwrap"});
  ASSERT_FALSE(created);
  EXPECT_EQ(created.error().code, Errc::kUnavailable);
  EXPECT_NE(created.error().hint.find("install bubblewrap"), std::string::npos);
}

TEST(SandboxCreateTest, FailsWhereBubblewrapDoesNotWork) {
  auto created = Sandbox::create({.bubblewrap = "/bin/false"});
  ASSERT_FALSE(created);
  EXPECT_EQ(created.error().code, Errc::kUnavailable);
}

TEST(NoSandboxTest, RefusesEverything) {
  NoSandbox none(unavailable("bubblewrap is missing", "install it"));
  auto result = none.run(CommandSpec{.argv = {"true"}, .project_root = "/"});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().hint, "install it");
}

}  // namespace
}  // namespace coditect::tools
