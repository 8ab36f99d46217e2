#include "workspace/workspace.h"

#include <algorithm>

#include "base/limits.h"
#include "workspace/workspace_test_support.h"

namespace coditect::workspace {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using Rows = std::vector<std::string>;
using Closing = Workspace::Closing;

class WorkspaceTest : public WorkspaceFixture {
 public:
  static awaitable<Result<json::value>> nothing(Workspace&) { co_return json::value("done"); }
  std::string snapshot() const { return json::serialize(workspace_->state().snapshot()); }
};

TEST_F(WorkspaceTest, BeginsWithWhatMadeIt) {
  create();
  play([](WorkspaceTest& test) -> awaitable<void> {
    const auto all = co_await test.events();
    EXPECT_EQ(types(all), (Rows{"workspace_created", "session_started", "checkpoint"}));
    EXPECT_EQ(*find_string(all[0].data, "name"), "test");
    EXPECT_EQ(all[2].actor, "user:ann");
  }(*this));
}

TEST_F(WorkspaceTest, SleepsAndWakesWithTheSameState) {
  create();
  play([](WorkspaceTest& test) -> awaitable<void> {
    co_await test.write("a.txt", "one");
    co_await test.until_finished(co_await test.submit("claude", "do it"));
  }(*this));
  std::string before;
  play([](WorkspaceTest& test, std::string& text) -> awaitable<void> {
    EXPECT_TRUE(co_await test.workspace_->log().durable(test.workspace_->log().head()));
    text = json::serialize(test.workspace_->state().tasks.snapshot());
  }(*this, before));
  ASSERT_TRUE(close(Closing::kSleeps));
  ASSERT_TRUE(open(Workspace::Asleep{}));
  play([](WorkspaceTest& test, const std::string& text) -> awaitable<void> {
    const auto all = co_await test.events();
    const Rows names = types(all);
    EXPECT_EQ(std::ranges::count(names, "workspace_asleep"), 1);
    EXPECT_EQ(std::ranges::count(names, "workspace_woken"), 1);
    EXPECT_EQ(json::serialize(test.workspace_->state().tasks.snapshot()), text);
    const auto read = co_await test.files().read("a.txt");
    EXPECT_TRUE(read && read->text == "one");
  }(*this, before));
}

TEST_F(WorkspaceTest, APauseIsNoEvent) {
  create();
  play([](WorkspaceTest& test) -> awaitable<void> { co_await test.write("a", "1"); }(*this));
  const Sequence head = workspace_->log().head();
  ASSERT_TRUE(close(Closing::kPauses));
  ASSERT_TRUE(open(Workspace::Interrupted{}));
  EXPECT_EQ(workspace_->log().head(), head);
}

TEST_F(WorkspaceTest, TheSavedStateIsOnlyAShortCut) {
  create();
  play([](WorkspaceTest& test) -> awaitable<void> {
    co_await test.write("a.txt", "one");
    co_await test.write("a.txt", "two");
  }(*this));
  const auto wanted = json::serialize(workspace_->state().snapshot());
  const Sequence seq = workspace_->state().seq;
  const struct {
    const char* name;
    const char* content;
  } cases[] = {{"damaged", "{\"form\":"},
               {"of another form", "{\"form\":1,\"seq\":2}"},
               {"not JSON", "\x01"}};
  for (const auto& c : cases) {
    ASSERT_TRUE(close(Closing::kPauses));
    archive::overwrite(place_ / "state.json", c.content);
    ASSERT_TRUE(open(Workspace::Interrupted{})) << c.name;
    EXPECT_EQ(workspace_->state().seq, seq) << c.name;
    EXPECT_EQ(workspace_->state().files.find("a.txt")->size, 3u) << c.name;
  }
  ASSERT_TRUE(close(Closing::kPauses));
  fs::remove(place_ / "state.json");
  ASSERT_TRUE(open(Workspace::Interrupted{}));
  EXPECT_EQ(json::serialize(workspace_->state().snapshot()).size(), wanted.size());
}

TEST_F(WorkspaceTest, ALogThatIsDamagedIsNotOpened) {
  create();
  play([](WorkspaceTest& test) -> awaitable<void> { co_await test.write("a", "1"); }(*this));
  ASSERT_TRUE(close(Closing::kPauses));
  fs::remove(place_ / "state.json");
  fs::path segment;
  for (const auto& entry : fs::directory_iterator(place_ / "sessions")) {
    if (entry.is_regular_file()) segment = entry.path();
  }
  const std::string sound = *read_file(segment);
  const std::size_t second = sound.find('\n') + 1;
  const std::size_t third = sound.find('\n', second) + 1;
  std::string no_event = sound;
  no_event[0] = 'x';
  const struct {
    const char* name;
    std::string bytes;
  } cases[] = {{"a line that is no event", no_event},
               {"a line is missing", sound.substr(0, second) + sound.substr(third)},
               {"a line is there twice", sound.substr(0, second) + sound}};
  for (const auto& c : cases) {
    archive::overwrite(segment, c.bytes);
    const auto refused = open(Workspace::Interrupted{});
    ASSERT_FALSE(refused) << c.name;
    EXPECT_FALSE(refused.error().message.empty()) << c.name;
  }
  archive::overwrite(segment, sound);
  EXPECT_TRUE(open(Workspace::Interrupted{})) << "nothing was changed by trying";
}

TEST_F(WorkspaceTest, AFolderThatCannotBeReadIsNotOpened) {
  fs::create_directories(place_);
  archive::overwrite(place_ / "projects", "a file where the folder belongs");
  EXPECT_FALSE(open(Workspace::New{"user:ann", {}}));
  fs::remove(place_ / "projects");
  EXPECT_TRUE(open(Workspace::New{"user:ann", {}}));
}

TEST_F(WorkspaceTest, RefusesOperationsOnceItCloses) {
  create();
  const auto old = workspace_;
  auto closing =
      asio::co_spawn(io_, Workspace::close(old, Closing::kSleeps, "a test"), asio::use_future);
  const auto refused = perform(nothing);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kUnavailable);
  EXPECT_FALSE(refused.error().hint.empty());
  EXPECT_TRUE(run(Workspace::close(old, Closing::kSleeps, "again")));
  EXPECT_TRUE(old->is_closing());
  EXPECT_TRUE(old->log().closed());
  const auto late = perform(nothing);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Errc::kUnavailable);
  workspace_.reset();
}

TEST_F(WorkspaceTest, ClosingWaitsForOperations) {
  create();
  bool ended = false;
  auto slow = [&ended](Workspace& workspace) -> awaitable<Result<json::value>> {
    asio::steady_timer timer(workspace.strand(), milliseconds(20));
    co_await timer.async_wait(asio::use_awaitable);
    ended = true;
    co_return json::value("done");
  };
  auto under_way = asio::co_spawn(io_, Workspace::perform(workspace_, slow), asio::use_future);
  play([](WorkspaceTest&) -> awaitable<void> { co_return; }(*this));
  EXPECT_TRUE(close(Closing::kSleeps));
  EXPECT_TRUE(ended);
  io_.restart();
  io_.run();
  EXPECT_TRUE(under_way.get());
}

TEST_F(WorkspaceTest, AnOperationThatWaitsForALockDoesNotKeepItAwake) {
  create();
  play([](WorkspaceTest& test) -> awaitable<void> {
    locks::Request request;
    request.path = "a.txt";
    request.holder = "user:ann";
    EXPECT_TRUE(co_await test.workspace_->locks().acquire(request, {}, nullptr));
  }(*this));
  auto wait = [](Workspace& workspace) -> awaitable<Result<json::value>> {
    locks::Request request;
    request.path = "a.txt";
    request.holder = "user:bob";
    CO_TRY(locks::Grant grant, co_await workspace.locks().acquire(request, {}, nullptr));
    co_return json::value(grant.token);
  };
  auto waiting = asio::co_spawn(io_, Workspace::perform(workspace_, wait), asio::use_future);
  play([](WorkspaceTest& test) -> awaitable<void> {
    co_await test.until([&test] { return !test.workspace_->state().locks.waiters().empty(); });
  }(*this));
  EXPECT_TRUE(close(Closing::kSleeps));
  io_.restart();
  io_.run();
  const auto answer = waiting.get();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::kUnavailable);
}

TEST_F(WorkspaceTest, IsIdleOnlyWhenNobodyWouldMissIt) {
  create();
  const auto idle = [this] {
    return run(Workspace::is_idle(workspace_, clock_.steady() - limits::kIdleBeforeSleep));
  };
  EXPECT_FALSE(idle()) << "something has just happened";
  clock_.advance(limits::kIdleBeforeSleep);
  EXPECT_TRUE(idle());
  workspace_->add_subscriber();
  EXPECT_FALSE(idle());
  workspace_->remove_subscriber();
  EXPECT_TRUE(perform(nothing));
  EXPECT_FALSE(idle());
  claude_->hold();
  play([](WorkspaceTest& test) -> awaitable<void> {
    (void)co_await test.submit("claude", "a long task");
  }(*this));
  clock_.advance(limits::kIdleBeforeSleep);
  EXPECT_FALSE(idle());
  EXPECT_TRUE(run(Workspace::is_busy(workspace_)));
}

TEST_F(WorkspaceTest, ATaskGoesOnAfterItWasClosedWhileAgentsWorked) {
  create();
  claude_->hold();
  TaskId id;
  play([](WorkspaceTest& test, TaskId& task) -> awaitable<void> {
    task = co_await test.submit("claude", "a long task");
    co_await test.until([&test] { return !test.claude_->asked.empty(); });
  }(*this, id));
  ASSERT_TRUE(close(Closing::kPauses));
  claude_->go_on();
  ASSERT_TRUE(open(Workspace::Interrupted{}));
  play([](WorkspaceTest& test, TaskId task) -> awaitable<void> {
    co_await test.until_finished(task);
    EXPECT_EQ(test.state_of(task), queue::TaskState::kSucceeded);
    const auto all = co_await test.events();
    const auto requeued = std::ranges::find(all, "task_requeued", &Event::type);
    EXPECT_TRUE(requeued != all.end() && find_bool(requeued->data, "restart").value_or(false))
        << "a restart does not count as a failed attempt";
    EXPECT_EQ(test.workspace_->state().agents.state("claude"), lifecycle::AgentState::kIdle);
  }(*this, id));
}

TEST_F(WorkspaceTest, AfterACrashEverythingAcknowledgedIsThere) {
  create();
  claude_->hold();
  std::vector<Event> before;
  play([](WorkspaceTest& test, std::vector<Event>& all) -> awaitable<void> {
    for (int i = 0; i < 10; ++i) co_await test.write("a.txt", std::to_string(i));
    (void)co_await test.submit("claude", "interrupted");
    locks::Request request;
    request.path = "b.txt";
    request.holder = "user:ann";
    EXPECT_TRUE(co_await test.workspace_->locks().acquire(request, {}, nullptr));
    all = co_await test.events();
  }(*this, before));
  crash();
  claude_->go_on();
  ASSERT_TRUE(open(Workspace::Interrupted{}));
  play([](WorkspaceTest& test, const std::vector<Event>& known) -> awaitable<void> {
    const auto after = co_await test.events();
    EXPECT_GE(after.size(), known.size());
    for (std::size_t i = 0; i < std::min(known.size(), after.size()); ++i) {
      EXPECT_EQ(to_line(after[i]), to_line(known[i]));
    }
    const auto read = co_await test.files().read("a.txt");
    EXPECT_TRUE(read && read->text == "9");
    EXPECT_EQ(test.workspace_->state().locks.locks().size(), 1u);
    const auto& tasks = test.workspace_->state().tasks.tasks();
    EXPECT_EQ(tasks.size(), 1u);
    co_await test.until_finished(tasks.begin()->first);
  }(*this, before));
}

TEST_F(WorkspaceTest, WhatWasChangedWhileItSleptIsLogged) {
  create();
  play([](WorkspaceTest& test) -> awaitable<void> {
    co_await test.write("a.txt", "one");
    co_await test.write("b.txt", "two");
  }(*this));
  ASSERT_TRUE(close(Closing::kSleeps));
  put_outside("a.txt", "theirs");
  put_outside("c/d.txt", "new");
  fs::remove(project() / "b.txt");
  ASSERT_TRUE(open(Workspace::Asleep{}));
  play([](WorkspaceTest& test) -> awaitable<void> {
    const FileIndex& index = test.workspace_->state().files;
    co_await test.until(
        [&index] { return index.find("c/d.txt") != nullptr && index.find("b.txt") == nullptr; });
    EXPECT_EQ(index.find("a.txt")->size, 6u);
    const auto all = co_await test.events();
    EXPECT_EQ(all.back().actor, "user:outside");
  }(*this));
}

TEST_F(WorkspaceTest, SubscribersMissNothingThroughSleepAndWake) {
  create();
  std::vector<Sequence> seen;
  // A subscriber that reads from where it was, whatever happens in between.
  const auto catch_up = [this, &seen] {
    play([](WorkspaceTest& test, std::vector<Sequence>& numbers) -> awaitable<void> {
      EventLog& log = test.workspace_->log();
      EXPECT_TRUE(co_await log.durable(log.head()));
      while (numbers.size() < log.durable_head()) {
        const auto lines = co_await log.read(numbers.size() + 1, 7);
        EXPECT_TRUE(lines && !lines->empty());
        for (const LogLine& line : *lines) numbers.push_back(line.seq);
      }
      EXPECT_TRUE((co_await log.read(numbers.size() + 1, 7))->empty()) << "nothing is beyond it";
    }(*this, seen));
  };
  for (int round = 0; round < 3; ++round) {
    play([](WorkspaceTest& test) -> awaitable<void> {
      for (int i = 0; i < 20; ++i) co_await test.write("a.txt", std::string(2'000, 'a' + i % 26));
    }(*this));
    if (round != 1) catch_up();
    ASSERT_TRUE(close(Closing::kSleeps));
    ASSERT_TRUE(open(Workspace::Asleep{}));
  }
  catch_up();
  EXPECT_GT(seen.size(), 60u);
  for (std::size_t i = 0; i < seen.size(); ++i) EXPECT_EQ(seen[i], i + 1);
}

TEST_F(WorkspaceTest, ACommandIsRefusedWhileTheJournalIsFullAndWorksLater) {
  create();
  play([](WorkspaceTest& test) -> awaitable<void> {
    co_await test.write("a.txt", "one");
    test.gate_->shut();
    EventLog& log = test.workspace_->log();
    while (log.admit()) {
      (void)log.append({"agent_message", "system", {}, {}, {{"text", std::string(4'000, 'x')}}});
    }
    const Sequence head = log.head();
    const std::optional<Sequence> any;
    const auto refuses = [](const auto& result) {
      return !result && result.error().code == Errc::kLimit && !result.error().hint.empty();
    };
    auto edit = [](const CurrentFile&) -> Result<std::string> { return std::string("two"); };
    EXPECT_TRUE(refuses(co_await test.files().change(kAnn, "a.txt", any, std::nullopt, edit)));
    EXPECT_TRUE(refuses(co_await test.files().remove(kAnn, "a.txt", any)));
    EXPECT_TRUE(refuses(co_await test.files().move(kAnn, "a.txt", "b.txt", any)));
    TaskRequest task;
    task.agent = "claude";
    task.prompt = "do it";
    EXPECT_TRUE(refuses(co_await test.tasks().submit(kAnn, task)));
    const MessageService::Draft hello{{"claude"}, "hello"};
    EXPECT_TRUE(refuses(co_await test.workspace_->messages().send(kAnn, hello)));
    EXPECT_TRUE(refuses(co_await test.workspace_->checkpoints().create(kAnn, "now")));
    locks::Request lock;
    lock.path = "a.txt";
    lock.holder = "user:ann";
    EXPECT_TRUE(refuses(co_await test.workspace_->locks().acquire(lock, {}, nullptr)));
    EXPECT_TRUE(refuses(co_await test.workspace_->record("workspace_deleted", "user:ann")));
    EXPECT_TRUE(refuses(co_await test.workspace_->renew_session("user:ann")));
    EXPECT_EQ(log.head(), head) << "a refused command leaves no event";
    test.gate_->open_gate();
    co_await log.room();
    const Written written = co_await test.write("a.txt", "two");
    EXPECT_EQ(written.seq, head + 1);
    (void)co_await test.events();
  }(*this));
  EXPECT_EQ(on_disk("a.txt"), "two");
  EXPECT_FALSE(workspace_->log().failed());
}

TEST_F(WorkspaceTest, AJournalThatFailsStopsEverythingUntilARestart) {
  create();
  play([](WorkspaceTest& test) -> awaitable<void> {
    co_await test.write("a.txt", "one");
    journal::MemoryDisk::Faults faults;
    faults.sync_fails_after = 0;
    test.disk_->set_faults(faults);
    auto edit = [](const CurrentFile&) -> Result<std::string> { return std::string("two"); };
    const std::optional<Sequence> any;
    const auto lost = co_await test.files().change(kAnn, "a.txt", any, std::nullopt, edit);
    EXPECT_FALSE(lost);
    EXPECT_EQ(lost.error().code, Errc::kUnavailable);
    EXPECT_FALSE(lost.error().hint.empty());
    TaskRequest task;
    task.agent = "claude";
    task.prompt = "do it";
    EXPECT_FALSE(co_await test.tasks().submit(kAnn, task));
    EXPECT_TRUE(test.claude_->asked.empty());
    EXPECT_EQ((co_await test.events()).back().type, "file_edit");
  }(*this));
  EXPECT_FALSE(close(Closing::kSleeps));
  EXPECT_EQ(on_disk("a.txt"), "one");
  disk_->set_faults({});
  journal_.reset();
  open_journal();
  ASSERT_TRUE(open(Workspace::Interrupted{}));
  play([](WorkspaceTest& test) -> awaitable<void> {
    co_await test.write("a.txt", "three");
    (void)co_await test.events();
  }(*this));
  EXPECT_EQ(on_disk("a.txt"), "three");
}

TEST_F(WorkspaceTest, SessionsAreRenewedByActivityAndExpire) {
  create();
  const std::string first = workspace_->session();
  ASSERT_FALSE(first.empty());
  play([](WorkspaceTest& test) -> awaitable<void> {
    const Sequence head = test.workspace_->log().head();
    test.workspace_->keep_session("user:ann");
    EXPECT_EQ(test.workspace_->log().head(), head) << "it is not half over";
    test.clock_.advance(limits::kSessionLength * 3 / 4);
    test.workspace_->keep_session("user:ann");
    EXPECT_EQ(test.workspace_->log().head(), head + 1);
    test.clock_.advance(limits::kSessionLength * 2);
    EXPECT_TRUE(co_await test.workspace_->renew_session("user:ann"));
    const auto all = co_await test.events(head + 1);
    EXPECT_EQ(types(all), (Rows{"session_renewed", "session_expired", "session_started"}));
  }(*this));
  EXPECT_NE(workspace_->session(), first);
}

}  // namespace
}  // namespace coditect::workspace
