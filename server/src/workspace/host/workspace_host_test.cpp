#include "workspace/host/workspace_host.h"

#include <set>

#include "workspace/workspace_test_support.h"

namespace coditect::workspace {
namespace {

using queue::TaskState;

/// The workspace as an agent's tools see it. Tools are called as an agent would that works on a
/// task which is under way.
class WorkspaceHostTest : public WorkspaceFixture {
 public:
  WorkspaceHostTest() {
    create();
    claude_->hold();
    kimi_->hold();
    play([](WorkspaceHostTest& test) -> awaitable<void> {
      test.claude_at_work_ = {"claude", co_await test.submit("claude", "work")};
      test.kimi_at_work_ = {"kimi", co_await test.submit("kimi", "work too")};
      co_await test.until(
          [&test] { return !test.claude_->asked.empty() && !test.kimi_->asked.empty(); });
    }(*this));
  }

  WorkspaceHost& host() { return workspace_->host(); }
  static WorkspaceHost::Edit becomes(std::string text) {
    return [text](const tools::CurrentFile&) -> Result<std::string> { return text; };
  }
  static locks::Request lock_for(const std::string& path, const std::string& holder) {
    locks::Request request;
    request.path = path;
    request.holder = holder;
    return request;
  }

  tools::Caller claude_at_work_;
  tools::Caller kimi_at_work_;
};

TEST_F(WorkspaceHostTest, AnAgentsChangeTakesTheLockAndGivesItBack) {
  play([](WorkspaceHostTest& test) -> awaitable<void> {
    const auto written =
        co_await test.host().change(test.claude_at_work_, "a.txt", becomes("one"), {});
    EXPECT_TRUE(written) << written.error().message;
    EXPECT_TRUE(test.workspace_->state().locks.locks().empty());
    const auto events = co_await test.events(written->seq);
    EXPECT_EQ(events.front().actor, "agent:claude");
    EXPECT_EQ(events.front().task, test.claude_at_work_.task.str());
  }(*this));
  EXPECT_EQ(on_disk("a.txt"), "one");
}

TEST_F(WorkspaceHostTest, ARefusedEditGivesTheLockBackToo) {
  play([](WorkspaceHostTest& test) -> awaitable<void> {
    auto refuse = [](const tools::CurrentFile&) -> Result<std::string> { return invalid("no"); };
    for (const char* path : {"a.txt", ".git/config", "../out"}) {
      const auto refused =
          co_await test.host().change(test.claude_at_work_, path, refuse, std::stop_token());
      EXPECT_FALSE(refused) << path;
      EXPECT_TRUE(test.workspace_->state().locks.locks().empty()) << path;
    }
  }(*this));
  EXPECT_EQ(on_disk("a.txt"), "(none)");
}

TEST_F(WorkspaceHostTest, AnAgentIsShownWhatItSawAndWhoChangedIt) {
  play([](WorkspaceHostTest& test) -> awaitable<void> {
    co_await test.write("a.txt", "by ann");
    const auto read = co_await test.host().read(test.claude_at_work_, "a.txt");
    EXPECT_TRUE(read && read->text == "by ann");
    EXPECT_TRUE(co_await test.host().change(test.kimi_at_work_, "a.txt", becomes("by kimi"), {}));
    tools::CurrentFile seen;
    auto look = [&seen](const tools::CurrentFile& file) -> Result<std::string> {
      seen = file;
      return invalid("only looking");
    };
    EXPECT_FALSE(co_await test.host().change(test.claude_at_work_, "a.txt", look, {}));
    EXPECT_EQ(seen.text, "by kimi");
    EXPECT_EQ(seen.changed_by, "agent:kimi");
    EXPECT_TRUE(seen.seen && seen.seen->text == "by ann");
    EXPECT_FALSE(seen.at_task_start.has_value()) << "the file came after the task began";
    // What an agent reads as missing it no longer knows.
    EXPECT_TRUE(co_await test.files().remove(kAnn, "a.txt", std::nullopt));
    EXPECT_FALSE(co_await test.host().read(test.claude_at_work_, "a.txt"));
    EXPECT_FALSE(co_await test.host().change(test.claude_at_work_, "a.txt", look, {}));
    EXPECT_FALSE(seen.seen.has_value());
  }(*this));
}

TEST_F(WorkspaceHostTest, AParticipantIsKnownByItsNameAndNotByATask) {
  play([](WorkspaceHostTest& test) -> awaitable<void> {
    co_await test.write("a.txt", "by ann");
    tools::CurrentFile file;
    auto look = [&file](const tools::CurrentFile& current) -> Result<std::string> {
      file = current;
      return invalid("only looking");
    };
    const tools::Caller guest{"guest", {}};
    EXPECT_FALSE(co_await test.host().change(guest, "a.txt", look, {}));
    EXPECT_FALSE(file.seen.has_value());
    EXPECT_FALSE(file.at_task_start.has_value()) << "it has not read the file as it is";
    EXPECT_TRUE(co_await test.host().read(guest, "a.txt"));
    EXPECT_FALSE(co_await test.host().change({"another", {}}, "a.txt", look, {}));
    EXPECT_FALSE(file.seen.has_value()) << "another one has not read it";
    EXPECT_FALSE(co_await test.host().change(guest, "a.txt", look, {}));
    EXPECT_TRUE(file.seen && file.seen->text == "by ann");
    // Of many who come and go those who came last are known.
    for (int i = 0; i < 40; ++i) {
      EXPECT_TRUE(co_await test.host().read({"g" + std::to_string(i), {}}, "a.txt"));
    }
    EXPECT_FALSE(co_await test.host().change(guest, "a.txt", look, {}));
    EXPECT_FALSE(file.seen.has_value());
    EXPECT_FALSE(co_await test.host().change({"g39", {}}, "a.txt", look, {}));
    EXPECT_TRUE(file.seen.has_value());
  }(*this));
}

TEST_F(WorkspaceHostTest, StoppingEndsAWaitForALock) {
  play([](WorkspaceHostTest& test) -> awaitable<void> {
    EXPECT_TRUE(
        co_await test.workspace_->locks().acquire(lock_for("a.txt", "user:ann"), {}, nullptr));
    std::stop_source stop;
    auto waiting = asio::co_spawn(
        test.workspace_->strand(),
        test.host().change(test.claude_at_work_, "a.txt", becomes("one"), stop.get_token()),
        asio::use_future);
    co_await test.until(
        [&test] { return test.state_of(test.claude_at_work_.task) == TaskState::kWaiting; });
    stop.request_stop();
    co_await test.until([&waiting] {
      return waiting.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
    });
    const auto stopped = waiting.get();
    EXPECT_EQ(stopped.error().code, Errc::kCancelled);
    EXPECT_EQ(test.state_of(test.claude_at_work_.task), TaskState::kRunning);
  }(*this));
  EXPECT_EQ(on_disk("a.txt"), "(none)");
}

TEST_F(WorkspaceHostTest, WhatACommandChangesIsItsTasks) {
  play([](WorkspaceHostTest& test) -> awaitable<void> {
    EXPECT_EQ(test.host().outside_actor().name, "user:outside");
    auto scope = co_await test.host().begin_command(test.claude_at_work_, "make", {});
    EXPECT_TRUE(scope);
    const std::string process = "process:" + test.claude_at_work_.task.str();
    EXPECT_EQ(test.host().outside_actor().name, process);
    test.put_outside("built/out.txt", "made");
    const auto changes = co_await test.host().end_command(test.claude_at_work_, scope->id, nullptr);
    EXPECT_EQ(changes.paths, (std::vector<std::string>{"built/out.txt"}));
    EXPECT_EQ(test.host().outside_actor().name, "user:outside");
    const auto events = co_await test.events();
    EXPECT_EQ(events.back().actor, process);
  }(*this));
}

TEST_F(WorkspaceHostTest, WhatOthersHaveLockedIsHeldAndPutBack) {
  play([](WorkspaceHostTest& test) -> awaitable<void> {
    (void)co_await test.write("locked.txt", "as it was");
    const Written before = co_await test.write("src/locked.txt", "as it was too");
    (void)co_await test.write("free.txt", "old");
    auto& locks = test.workspace_->locks();
    EXPECT_TRUE(co_await locks.acquire(lock_for("locked.txt", "user:ann"), {}, nullptr));
    auto scope = co_await test.host().begin_command(test.claude_at_work_, "make", {});
    EXPECT_TRUE(scope);
    const std::shared_ptr<tools::ReadOnlyPaths> held = scope->read_only;
    EXPECT_EQ(held->take(), (std::vector<std::string>{"locked.txt"}));
    // More is locked while the command runs; its own agent's locks do not bind it.
    EXPECT_TRUE(co_await locks.acquire(lock_for("src/", "agent:kimi"), {}, nullptr));
    EXPECT_TRUE(co_await locks.acquire(lock_for("free.txt", "agent:claude"), {}, nullptr));
    EXPECT_EQ(held->take(), (std::vector<std::string>{"locked.txt", "src"}));

    // As if the mounts were not there.
    test.put_outside("locked.txt", "overwritten");
    test.put_outside("free.txt", "new");
    std::filesystem::rename(test.project() / "src", test.project() / "elsewhere");
    test.put_outside("src", "a file in place of the folder");
    const auto changes = co_await test.host().end_command(test.claude_at_work_, scope->id, nullptr);
    EXPECT_EQ(changes.put_back,
              (std::vector<std::string>{"locked.txt (user:ann)", "src (agent:kimi)",
                                        "src/locked.txt (agent:kimi)"}));
    EXPECT_EQ(test.on_disk("locked.txt"), "as it was");
    EXPECT_EQ(test.on_disk("src/locked.txt"), "as it was too");
    EXPECT_EQ(test.on_disk("elsewhere/locked.txt"), "as it was too") << "nothing is lost";
    EXPECT_EQ(test.on_disk("free.txt"), "new");
    EXPECT_EQ(test.workspace_->state().files.find("src/locked.txt")->version, before.version)
        << "its holder's base is still good";
    // The watcher may have looked in between, and found one of them twice.
    std::set<std::string> told;
    for (const Event& event : co_await test.events()) {
      if (event.type != "file_put_back") continue;
      told.insert(find_string(event.data, "path").value_or(""));
      EXPECT_EQ(event.actor, "process:" + test.claude_at_work_.task.str());
      EXPECT_EQ(event.data.at("put_back"), true);
    }
    EXPECT_EQ(told, (std::set<std::string>{"locked.txt", "src", "src/locked.txt"}));
  }(*this));
}

TEST_F(WorkspaceHostTest, AHolderReadsWhatItLockedAndNotWhatACommandMadeOfIt) {
  play([](WorkspaceHostTest& test) -> awaitable<void> {
    const Written before = co_await test.write("a.txt", "mine");
    EXPECT_TRUE(
        co_await test.workspace_->locks().acquire(lock_for("a.txt", kAnn.name), {}, nullptr));
    auto scope = co_await test.host().begin_command(test.claude_at_work_, "make", {});
    test.put_outside("a.txt", "theirs");
    const auto read = co_await test.files().read("a.txt");
    EXPECT_TRUE(read && read->text == "mine");
    test.put_outside("a.txt", "theirs again");
    auto edit = [](const CurrentFile& file) -> Result<std::string> { return *file.text + "!"; };
    EXPECT_TRUE(co_await test.files().change(kAnn, "a.txt", before.version, std::nullopt, edit));
    (void)co_await test.host().end_command(test.claude_at_work_, scope->id, nullptr);
    EXPECT_EQ(test.on_disk("a.txt"), "mine!");
  }(*this));
}

TEST_F(WorkspaceHostTest, WhatNobodyHasLockedOrACommandMayWriteStands) {
  play([](WorkspaceHostTest& test) -> awaitable<void> {
    (void)co_await test.write("a.txt", "old");
    EXPECT_TRUE(
        co_await test.workspace_->locks().acquire(lock_for("a.txt", "agent:kimi"), {}, nullptr));
    auto claudes = co_await test.host().begin_command(test.claude_at_work_, "make", {});
    auto kimis = co_await test.host().begin_command(test.kimi_at_work_, "make", {});
    EXPECT_TRUE(kimis->read_only->take().empty()) << "it is its own lock";
    test.put_outside("a.txt", "new");
    const auto changes = co_await test.host().end_command(test.kimi_at_work_, kimis->id, nullptr);
    EXPECT_EQ(changes.paths, (std::vector<std::string>{"a.txt"}));
    (void)co_await test.host().end_command(test.claude_at_work_, claudes->id, nullptr);
    EXPECT_EQ(test.on_disk("a.txt"), "new");
  }(*this));
}

TEST_F(WorkspaceHostTest, MessagesReachAgentsAndPeople) {
  play([](WorkspaceHostTest& test) -> awaitable<void> {
    WorkspaceHost& host = test.host();
    const tools::Caller& claude = test.claude_at_work_;
    EXPECT_TRUE(co_await host.send_message(claude, {"kimi"}, "hello"));
    EXPECT_TRUE(co_await host.send_message(claude, {"user:ann"}, "for a person"));
    const auto unknown = co_await host.send_message(claude, {"nobody"}, "hello");
    EXPECT_EQ(unknown.error().code, Errc::kNotFound);
    const auto read = co_await host.read_messages(test.kimi_at_work_);
    EXPECT_TRUE(read && read->as_array().size() == 1);
    EXPECT_EQ(read->at(0).at("text"), "hello");
    const auto again = co_await host.read_messages(test.kimi_at_work_);
    EXPECT_TRUE(again && again->as_array().empty());
  }(*this));
}

TEST_F(WorkspaceHostTest, DelegatesToOthersOnly) {
  play([](WorkspaceHostTest& test) -> awaitable<void> {
    const auto own = co_await test.host().delegate(test.claude_at_work_, "claude", "do it", {});
    EXPECT_EQ(own.error().code, Errc::kInvalid);
    const auto nobody = co_await test.host().delegate(test.claude_at_work_, "nobody", "do it", {});
    EXPECT_EQ(nobody.error().code, Errc::kNotFound);
    test.kimi_->go_on();
    const auto other = co_await test.host().delegate(test.claude_at_work_, "kimi", "do it", {});
    EXPECT_TRUE(other);
    const json::value& done = other->at("tasks").at(0);
    EXPECT_EQ(done.at("state"), "succeeded");
    EXPECT_EQ(done.at("result"), "done");
    const TaskId id(std::string(done.at("id").as_string()));
    EXPECT_EQ(test.workspace_->state().tasks.find(id)->parent, test.claude_at_work_.task);
  }(*this));
}

TEST_F(WorkspaceHostTest, PreviewsAreForThoseWhoListen) {
  play([](WorkspaceHostTest& test) -> awaitable<void> {
    std::vector<std::string> heard;
    const auto id = test.workspace_->previews().add(
        [&heard](const std::shared_ptr<const std::string>& text) { heard.push_back(*text); });
    test.host().preview(test.claude_at_work_, "thinking");
    test.workspace_->previews().remove(id);
    test.host().preview(test.claude_at_work_, "unheard");
    EXPECT_EQ(heard.size(), 1u);
    const auto notification = parse_json_object(heard.at(0));
    EXPECT_EQ(notification->at("method"), "preview");
    EXPECT_EQ(notification->at("params").at("text"), "thinking");
    co_return;
  }(*this));
}

TEST_F(WorkspaceHostTest, TheSharedContextNamesWhatOthersDo) {
  play([](WorkspaceHostTest& test) -> awaitable<void> {
    EXPECT_TRUE(
        co_await test.workspace_->locks().acquire(lock_for("b.txt", "user:ann"), {}, nullptr));
    co_await test.write("a.txt", "one");
    const std::string context = co_await test.host().shared_context(test.claude_at_work_);
    for (const char* part :
         {"agent:claude", "agent:kimi works on: work too", "user:ann holds a write lock on b.txt",
          "a.txt was changed by user:ann"}) {
      EXPECT_NE(context.find(part), std::string::npos) << part << " in " << context;
    }
  }(*this));
}

}  // namespace
}  // namespace coditect::workspace
