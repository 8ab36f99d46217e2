#include "workspace/terminals.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <fstream>
#include <iostream>
#include <thread>
#include <unistd.h>

#include "base/check.h"
#include "base/limits.h"
#include "tools/sandbox/sandbox.h"
#include "workspace/terminal_output.h"

namespace coditect::workspace {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

/// The terminals of one project; everything is called from a coroutine on their strand.
class TerminalsTest : public testing::Test {
 public:
  static void SetUpTestSuite() {
    auto created = tools::Sandbox::create({});
    if (created) {
      sandbox_ = std::move(*created);
    } else {
      std::cerr << "\n*** THE TERMINAL TESTS ARE SKIPPED: " << created.error().message << "\n\n";
    }
  }
  static void TearDownTestSuite() { sandbox_.reset(); }

  void SetUp() override {
    if (!sandbox_) GTEST_SKIP() << "no sandbox on this machine";
    std::string name = (fs::temp_directory_path() / "terminals-test-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    project_ = name;
    previews_.add([this](const std::shared_ptr<const std::string>& text) { hear(*text); });
  }
  void TearDown() override {
    if (!project_.empty()) fs::remove_all(project_);
  }

  void hear(const std::string& text) {
    auto notification = parse_json_object(text);
    check(notification.ok(), "a notification is JSON");
    const json::object& params = *find_object(*notification, "params");
    const std::string id = *find_string(params, "id");
    if (notification->at("method") == "terminal.exit") {
      exits_[id] = *find_int(params, "exit_code");
    } else {
      std::string& shown = shown_[id];
      shown += *find_string(params, "text");
      heard_bytes_ += find_string(params, "text")->size();
      if (shown.size() > 1u << 20) shown.erase(0, 1u << 19);
    }
  }

  /// Runs a story on the strand, then closes the terminals.
  void play(awaitable<void> (*story)(TerminalsTest& test), tools::TerminalLauncher& launcher) {
    asio::io_context io;
    const Strand strand = make_strand(io.get_executor());
    strand_ = &strand;
    Terminals terminals(strand, {launcher, previews_, pool_, clock_, random_, project_});
    terminals_ = &terminals;
    auto done = asio::co_spawn(strand, whole(*this, story), asio::use_future);
    io.run();
    done.get();
    EXPECT_EQ(terminals.size(), 0u);
  }
  void play(awaitable<void> (*story)(TerminalsTest& test)) { play(story, *sandbox_); }

  static awaitable<void> whole(TerminalsTest& test, awaitable<void> (*story)(TerminalsTest& test)) {
    co_await story(test);
    co_await test.terminals_->close();
    auto late = co_await test.terminals_->open({}, std::nullopt);
    EXPECT_FALSE(late);
  }

  /// The id of a terminal that runs `command`.
  static awaitable<std::string> open(TerminalsTest& test, std::string command) {
    auto id = co_await test.terminals_->open({}, std::move(command));
    EXPECT_TRUE(id) << id.error().message;
    co_return id ? *id : "";
  }
  /// Waits for something to be true, for as long as no machine needs.
  static awaitable<bool> until(TerminalsTest& test, std::function<bool()> condition) {
    asio::steady_timer timer(*test.strand_);
    for (int turn = 0; turn < 10'000 && !condition(); ++turn) {
      timer.expires_after(milliseconds(5));
      co_await timer.async_wait(asio::use_awaitable);
    }
    co_return condition();
  }
  static awaitable<bool> shows(TerminalsTest& test, std::string id, std::string text) {
    co_return co_await until(test, [&] { return test.shown_[id].contains(text); });
  }

  static std::unique_ptr<tools::Sandbox> sandbox_;
  fs::path project_;
  PreviewHub previews_;
  BlockingPool pool_{2};
  ManualClock clock_;
  SeededRandom random_{7};
  const Strand* strand_ = nullptr;  ///< while a story is played
  Terminals* terminals_ = nullptr;  ///< while a story is played
  std::map<std::string, std::string> shown_;
  std::map<std::string, std::int64_t> exits_;
  std::size_t heard_bytes_ = 0;
};

std::unique_ptr<tools::Sandbox> TerminalsTest::sandbox_;

TEST_F(TerminalsTest, AShellFromItsFirstWordToItsExitCode) {
  play([](TerminalsTest& test) -> awaitable<void> {
    auto id = co_await test.terminals_->open({100, 30}, std::nullopt);
    EXPECT_TRUE(id);
    EXPECT_TRUE(co_await test.terminals_->write(*id, "stty size; echo caf\u00e9 > made; pwd\n"));
    EXPECT_TRUE(co_await shows(test, *id, "30 100"));
    EXPECT_TRUE(co_await shows(test, *id, "\n/workspace"));
    EXPECT_TRUE(test.terminals_->resize(*id, {90, 20}));
    EXPECT_TRUE(co_await test.terminals_->write(*id, "stty size\n"));
    EXPECT_TRUE(co_await shows(test, *id, "20 90"));
    const json::array list = test.terminals_->list();
    EXPECT_EQ(list.size(), 1u);
    EXPECT_EQ(list[0].at("cols"), 90);
    EXPECT_TRUE(list[0].at("scrollback").as_string().find("20 90") != json::string::npos);
    EXPECT_TRUE(co_await test.terminals_->write(*id, "exit 4\n"));
    EXPECT_TRUE(co_await until(test, [&] { return test.exits_.contains(*id); }));
    EXPECT_EQ(test.exits_[*id], 4);
    EXPECT_TRUE(fs::exists(test.project_ / "made"));
    auto gone = co_await test.terminals_->write(*id, "x");
    EXPECT_FALSE(gone);
    EXPECT_EQ(gone.error().code, Errc::kNotFound);
  });
}

TEST_F(TerminalsTest, TheNinthIsRefusedUntilOneIsClosed) {
  play([](TerminalsTest& test) -> awaitable<void> {
    std::string first;
    for (std::size_t i = 0; i < limits::kTerminalsMax; ++i) {
      const std::string id = co_await open(test, "sleep 1000");
      if (first.empty()) first = id;
    }
    auto refused = co_await test.terminals_->open({}, std::nullopt);
    EXPECT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::kLimit);
    EXPECT_TRUE(co_await test.terminals_->end(first));
    EXPECT_TRUE(test.exits_.contains(first));
    co_await open(test, "sleep 1000");
    EXPECT_EQ(test.terminals_->list().size(), limits::kTerminalsMax);
  });
  EXPECT_EQ(exits_.size(), limits::kTerminalsMax + 1) << "closing ends all of them";
}

TEST_F(TerminalsTest, AFloodNeitherGrowsMemoryNorStopsTheKeyboard) {
  play([](TerminalsTest& test) -> awaitable<void> {
    const std::string id =
        co_await open(test, "trap 'echo st''opped; exit 6' INT; cat /dev/urandom");
    const bool flooded = co_await until(test, [&] { return test.heard_bytes_ > 3u << 20; });
    EXPECT_TRUE(flooded);
    const json::array list = test.terminals_->list();
    EXPECT_EQ(list.size(), 1u);
    const std::size_t kept = list[0].at("scrollback").as_string().size();
    EXPECT_LE(kept, limits::kTerminalScrollbackBytes);
    EXPECT_GT(kept, limits::kTerminalScrollbackBytes - 4);
    EXPECT_TRUE(co_await test.terminals_->write(id, "\x03"));
    EXPECT_TRUE(co_await until(test, [&] { return test.exits_.contains(id); }));
    EXPECT_EQ(test.exits_[id], 6);
  });
}

TEST_F(TerminalsTest, WhatTheProgramDoesNotReadIsRefusedInTheEnd) {
  play([](TerminalsTest& test) -> awaitable<void> {
    const std::string id = co_await open(test, "stty raw -echo; echo ready; sleep 1000");
    EXPECT_TRUE(co_await shows(test, id, "ready"));
    auto huge =
        co_await test.terminals_->write(id, std::string(limits::kTerminalWriteBytesMax + 1, 'x'));
    EXPECT_FALSE(huge);
    Result<void> last;
    const std::string paste(limits::kTerminalWriteBytesMax, 'x');
    for (int turn = 0; turn < 20 && last; ++turn) {
      last = co_await test.terminals_->write(id, paste);
    }
    EXPECT_FALSE(last);
    EXPECT_EQ(last.error().code, Errc::kLimit);
  });
}

TEST_F(TerminalsTest, AnIdleOneIsEnded) {
  play([](TerminalsTest& test) -> awaitable<void> {
    const std::string idle = co_await open(test, "sleep 1000");
    const std::string used = co_await open(test, "cat");
    test.clock_.advance(limits::kTerminalIdleMax);
    EXPECT_TRUE(co_await test.terminals_->write(used, "x"));
    test.terminals_->end_idle();
    EXPECT_TRUE(co_await until(test, [&] { return test.exits_.contains(idle); }));
    EXPECT_FALSE(test.exits_.contains(used));
    EXPECT_EQ(test.terminals_->list().size(), 1u);
  });
}

TEST_F(TerminalsTest, ARefusalToStartTakesNoPlace) {
  tools::NoSandbox none(unavailable("bubblewrap is missing", "install it"));
  play(
      [](TerminalsTest& test) -> awaitable<void> {
        for (std::size_t i = 0; i < 2 * limits::kTerminalsMax; ++i) {
          auto refused = co_await test.terminals_->open({}, std::nullopt);
          EXPECT_FALSE(refused);
          EXPECT_EQ(refused.error().code, Errc::kUnavailable);
        }
        EXPECT_EQ(test.terminals_->size(), 0u);
        EXPECT_FALSE(test.terminals_->resize("term_x", {}));
        EXPECT_FALSE(co_await test.terminals_->end("term_x"));
      },
      none);
}

TEST(TerminalOutputTest, TheThreadWaitsForRoom) {
  int ready = 0;
  TerminalOutput output(4, [&] { ++ready; });
  std::stop_source stop;
  output.append("ab", stop.get_token());
  output.append("cd", stop.get_token());
  EXPECT_EQ(ready, 1);
  std::thread more([&] {
    output.append("efgh", stop.get_token());
    output.finish(tools::CommandResult{.exit_code = 3});
  });
  EXPECT_EQ(output.take(), "abcd");
  more.join();
  EXPECT_FALSE(output.end()) << "not everything is taken";
  EXPECT_EQ(output.take(), "efgh");
  ASSERT_TRUE(output.end());
  EXPECT_EQ((*output.end())->exit_code, 3);
}

TEST(TerminalOutputTest, AStopEndsTheWaiting) {
  TerminalOutput output(4, [] {});
  std::stop_source stop;
  output.append("abcd", stop.get_token());
  stop.request_stop();
  output.append("efgh", stop.get_token());
  EXPECT_EQ(output.take(), "abcd");
}

}  // namespace
}  // namespace coditect::workspace
