// Random schedules of agents, people, locks, commands, revocations, time-outs, questions and
// crashes in a real workspace. After each of them nobody waits, nothing that was answered is
// missing, and the log describes the files as they are.
//
// SCHEDULES (how many) and SCHEDULE_SEED (the first) are read from the environment.
#include <cstdlib>
#include <optional>
#include <set>

#include "base/sha256.h"
#include "workspace/schedules/drawn_players.h"
#include "workspace/workspace_test_support.h"

namespace coditect::workspace::schedules {
namespace {

using std::chrono::milliseconds;

constexpr std::uint64_t kSchedules = 1'000;
constexpr std::uint64_t kSchedulesPerWorkspace = 40;
constexpr int kPeople = 3;
constexpr milliseconds kStandsStill{1};
constexpr int kTurnsWithoutEvent = 300;
constexpr milliseconds kAdvance{7'000};
constexpr std::chrono::seconds kEndsWithin{60};

std::uint64_t number(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

/// `text` with a line before its end.
std::string with_line(std::string text, const std::string& line) {
  const auto end = text.rfind(kEnd);
  return end == std::string::npos ? text + line : text.insert(end, line);
}

/// What holds in one life of the server: nothing that is answered after its crash was answered.
struct Life {
  std::shared_ptr<Workspace> workspace;
  bool crashed = false;
};

class ScheduleTest : public WorkspaceFixture {
 public:
  ~ScheduleTest() override {
    end_people();
    if (workspace_) EXPECT_TRUE(close(Workspace::Closing::kPauses));
  }

 protected:
  const agents::AgentDirectory& directory() const override { return drawn_agents_; }
  const tools::ToolBox& tools() const override { return drawn_tools_; }
  /// So short that waits get to its end before leases do.
  locks::Ladder ladder() const override {
    using std::chrono::seconds;
    return {seconds{5}, seconds{20}, seconds{30}, seconds{40}};
  }
  void before_next_life() override { end_people(); }

  void fresh() {
    if (workspace_) ASSERT_TRUE(close(Workspace::Closing::kPauses));
    journal_.reset();
    disk_ = std::make_shared<journal::MemoryDisk>();
    gate_ = std::make_shared<GatedDisk>(disk_);
    std::filesystem::remove_all(place_);
    place_ = folder_.path() / ("fresh" + std::to_string(++lives_));
    open_journal();
    create();
    acknowledged_.clear();
    replayed_ = {};
    begin_life();
    play([](ScheduleTest& test) -> awaitable<void> {
      for (const std::string& path : kShared) co_await test.write(path, std::string(kEnd));
    }(*this));
  }
  const std::map<std::string, std::uint64_t>& seen() const { return seen_; }
  void begin_life() { life_ = std::make_shared<Life>(Life{workspace_}); }

  void play_schedule(std::uint64_t seed) {
    SeededRandom random(seed);
    for (const auto& model : models_) model->begin(random.next());
    for (int person = 0; person < kPeople; ++person) {
      people_.push_back(asio::co_spawn(
          workspace_->strand(),
          live(*this, life_, "user:p" + std::to_string(person), SeededRandom(random.next())),
          asio::use_future));
    }
    if (random.below(100) < 8) {
      for (std::uint64_t turns = random.below(400); turns > 0; --turns) turn();
      crash_here();
    }
    const auto since = std::chrono::steady_clock::now();
    Sequence head = 0;
    int without_event = 0;
    while (!is_quiet()) {
      const bool stands_still = turn() == 0;
      without_event = std::exchange(head, workspace_->log().head()) == head ? without_event + 1 : 0;
      // A deadline that is near on the clock that is played is looked at again and again.
      if (stands_still || without_event > kTurnsWithoutEvent) pass_time(random);
      ASSERT_LT(std::chrono::steady_clock::now() - since, kEndsWithin) << whoever_waits();
    }
    people_.clear();
    look();
  }

 private:
  std::size_t turn() {
    io_.restart();
    return io_.run_one_for(kStandsStill);
  }
  void pass_time(SeededRandom& random) {
    clock_.advance(kAdvance);
    // Questions come up while everybody waits, so somebody else answers them, or nobody.
    if (!workspace_->state().approvals.open().empty() && random.below(2) == 0) {
      people_.push_back(asio::co_spawn(
          workspace_->strand(), answer_one(life_, SeededRandom(random.next())), asio::use_future));
    }
    asio::post(workspace_->strand(), [life = life_] {
      life->workspace->locks().pump();
      life->workspace->escalations().pump();
    });
  }
  void crash_here() {
    life_->crashed = true;
    crash();
    ASSERT_TRUE(open(Workspace::Interrupted{}));
    begin_life();
  }
  void end_people() {
    for (auto& person : people_) {
      while (person.wait_for(std::chrono::seconds(0)) != std::future_status::ready) turn();
    }
    people_.clear();
    life_.reset();
  }
  bool is_quiet() const {
    for (const auto& person : people_) {
      if (person.wait_for(std::chrono::seconds(0)) != std::future_status::ready) return false;
    }
    const WorkspaceState& state = workspace_->state();
    return state.locks.locks().empty() && state.locks.waiters().empty() &&
           std::ranges::all_of(state.tasks.tasks(), [](const auto& task) {
             return queue::is_finished(task.second.state);
           });
  }
  std::string whoever_waits() const {
    return json::serialize(workspace_->state().locks.snapshot()) +
           json::serialize(workspace_->state().tasks.snapshot());
  }

  // A person: a few steps, each as the API would take it.

  using Step = awaitable<Result<json::value>>;

  static awaitable<void> live(ScheduleTest& test, std::shared_ptr<Life> life, std::string name,
                              SeededRandom random) {
    std::optional<locks::Grant> lock;
    std::map<std::string, FileText> open_files;
    std::string path = kShared[random.below(kShared.size())];
    for (std::uint64_t steps = 2 + random.below(8); steps > 0; --steps) {
      if (random.below(3) == 0) path = kShared[random.below(kShared.size())];
      const std::uint64_t kind = random.below(100);
      Workspace::Operation step;
      if (kind < 15) {
        step = [&](Workspace& at) { return look_into(at, path, open_files[path]); };
      } else if (kind < 35) {
        step = [&](Workspace& at) {
          return edit(test, at, *life, name, path, lock, open_files[path]);
        };
      } else if (kind < 62) {
        step = [&](Workspace& at) { return acquire(at, name, draw_lock(random, path), lock); };
      } else if (kind < 70) {
        step = [&](Workspace& at) { return release(at, name, lock); };
      } else if (kind < 75) {
        step = [&](Workspace& at) { return revoke(at, name, random); };
      } else if (kind < 90) {
        step = [&](Workspace& at) { return submit(at, name, random); };
      } else if (kind < 94) {
        step = [&](Workspace& at) { return cancel(at, name, random); };
      } else {
        step = [&](Workspace& at) { return write_outside(test, at); };
      }
      const auto done = co_await Workspace::perform(life->workspace, step);
      if (!done) ++test.seen_["refused " + std::string(to_string(done.error().code))];
      if (life->workspace->is_closing()) co_return;
    }
    // Every second one walks away with the lock in hand: its lease ends it.
    if (random.below(2) == 0) {
      const Workspace::Operation last = [&](Workspace& at) { return release(at, name, lock); };
      (void)co_await Workspace::perform(life->workspace, last);
    }
  }

  static locks::Request draw_lock(SeededRandom& random, const std::string& path) {
    locks::Request request;
    const std::uint64_t wide = random.below(10);
    request.path = wide == 0 ? "d/" : wide == 1 ? "**/a.txt" : path;
    request.mode = random.below(3) == 0 ? locks::Mode::kRead : locks::Mode::kWrite;
    if (random.below(2) == 0) request.timeout = milliseconds(random.below(3) * 5'000);
    request.lease = milliseconds(1'000 + static_cast<std::int64_t>(random.below(60'000)));
    return request;
  }
  static Step acquire(Workspace& at, std::string name, locks::Request request,
                      std::optional<locks::Grant>& lock) {
    request.holder = std::move(name);
    CO_TRY(lock, co_await at.locks().acquire(std::move(request), {}, nullptr));
    co_return json::value();
  }
  static Step release(Workspace& at, std::string name, std::optional<locks::Grant>& lock) {
    if (!lock) co_return json::value();
    const locks::Token token = lock->token;
    lock.reset();
    CO_TRY_VOID(co_await at.locks().release("", token, std::move(name)));
    co_return json::value();
  }
  static Step revoke(Workspace& at, std::string name, SeededRandom& random) {
    const auto& held = at.state().locks.locks();
    if (held.empty()) co_return json::value();
    const auto drawn = static_cast<std::ptrdiff_t>(random.below(held.size()));
    const locks::Token token = std::next(held.begin(), drawn)->first;
    CO_TRY_VOID(co_await at.locks().revoke(token, std::move(name)));
    co_return json::value();
  }
  static Step look_into(Workspace& at, std::string path, FileText& file) {
    CO_TRY(file, co_await at.files().read(std::move(path)));
    co_return json::value();
  }
  static Step edit(ScheduleTest& test, Workspace& at, Life& life, std::string name,
                   std::string path, std::optional<locks::Grant> lock, FileText& file) {
    if (file.version == 0) {
      CO_TRY(file, co_await at.files().read(path));
    }
    const FileText read = std::exchange(file, {});
    const std::string line = test.markers_.next(name);
    // As an editor does: on top of what was read, whatever the file is by now.
    auto add = [text = with_line(read.text, line)](const CurrentFile&) -> Result<std::string> {
      return text;
    };
    std::optional<std::uint64_t> token;
    if (lock && line.size() % 2 == 0) token = lock->token;
    CO_TRY_VOID(co_await at.files().change({name, {}, {}}, path, read.version, token, add));
    if (!life.crashed) test.acknowledged_[path].insert(line);
    co_return json::value();
  }
  static Step submit(Workspace& at, std::string name, SeededRandom& random) {
    TaskRequest request;
    request.agent = kAgents[random.below(kAgents.size())];
    request.prompt = "work";
    request.priority = static_cast<int>(random.below(10));
    CO_TRY_VOID(co_await at.tasks().submit({std::move(name), {}, {}}, std::move(request)));
    co_return json::value();
  }
  static Step cancel(Workspace& at, std::string name, SeededRandom& random) {
    std::vector<TaskId> open;
    for (const auto& [id, task] : at.state().tasks.tasks()) {
      if (!queue::is_finished(task.state)) open.push_back(id);
    }
    if (open.empty()) co_return json::value();
    CO_TRY_VOID(
        co_await at.tasks().cancel(open[random.below(open.size())], {std::move(name), {}, {}}));
    co_return json::value();
  }
  static awaitable<void> answer_one(std::shared_ptr<Life> life, SeededRandom random) {
    const Workspace::Operation step = [&](Workspace& at) { return answer(at, random); };
    (void)co_await Workspace::perform(life->workspace, step);
  }
  static Step answer(Workspace& at, SeededRandom& random) {
    const auto& open = at.state().approvals.open();
    if (open.empty()) co_return json::value();
    constexpr approvals::Decision kAnswers[] = {
        approvals::Decision::kAllow, approvals::Decision::kAsk, approvals::Decision::kDeny};
    CO_TRY_VOID(co_await at.approvals().answer(open.begin()->first, kAnswers[random.below(3)], {},
                                               "user:somebody", {}));
    co_return json::value();
  }
  static Step write_outside(ScheduleTest& test, Workspace& at) {
    const std::string line = test.markers_.next("outside");
    test.put_outside("outside/" + std::to_string(at.log().head()), line);
    co_return json::value();
  }

  // What must hold once everybody is quiet.

  void look() {
    play([](ScheduleTest& test) -> awaitable<void> {
      EXPECT_TRUE(co_await test.files().reconcile_folder("", kAnn));
      test.workspace_->escalations().pump();
      EXPECT_TRUE(co_await test.workspace_->log().durable(test.workspace_->log().head()));
      for (const Event& event : co_await test.events(test.replayed_.seq + 1)) test.replay(event);
    }(*this));
    const WorkspaceState& live = workspace_->state();
    EXPECT_EQ(json::serialize(replayed_.tasks.snapshot()), json::serialize(live.tasks.snapshot()));
    EXPECT_EQ(json::serialize(replayed_.locks.snapshot()), json::serialize(live.locks.snapshot()));
    EXPECT_EQ(replayed_.escalations.snapshot(), live.escalations.snapshot());
    EXPECT_TRUE(live.approvals.open().empty()) << "nobody waits, and somebody is asked";
    EXPECT_EQ(live.escalations.size(), 0u);
    EXPECT_EQ(hashes_of(replayed_), hashes_of(live));
    EXPECT_EQ(hashes_of(live), hashes_on_disk());
    for (const auto& [path, lines] : acknowledged_) {
      const std::string text = on_disk(path);
      for (const std::string& line : lines) {
        const auto at = text.find(line);
        ASSERT_NE(at, std::string::npos) << path << " lost " << line << text;
        EXPECT_EQ(text.find(line, at + 1), std::string::npos) << path << " has twice " << line;
      }
    }
  }
  /// An event of the log, with what may not have been when it was written.
  void replay(const Event& event) {
    if (event.type == "file_edit" &&
        (event.actor.starts_with("agent:") || (event.actor.starts_with("user:p")))) {
      const auto path = find_string(event.data, "path");
      const auto may = replayed_.locks.check_write(*path, event.actor, std::nullopt, event.ts);
      EXPECT_TRUE(may) << event.actor << " changed what others had locked: " << may.error().message;
    }
    if (event.type == "tool_call") note_call(event);
    if (event.type == "lock_escalated") ++seen_["step " + *find_string(event.data, "step")];
    const std::string reason = find_string(event.data, "reason").value_or("");
    ++seen_[event.type.starts_with("lock_") ? event.type + " " + reason : event.type];
    ASSERT_TRUE(replayed_.apply(event)) << event.seq;
  }
  void note_call(const Event& event) {
    const std::string id = find_string(event.data, "id").value_or("");
    if (const json::object* input = find_object(event.data, "input")) {
      if (find_string(event.data, "tool") == "edit_file") inputs_[id] = *input;
      return;
    }
    const auto input = inputs_.find(id);
    if (input == inputs_.end() || !find_bool(event.data, "ok").value_or(false)) return;
    std::string line = *find_string(input->second, "new");
    line.resize(line.size() - kEnd.size());
    acknowledged_[*find_string(input->second, "path")].insert(line);
    inputs_.erase(input);
  }
  using Hashes = std::map<std::string, std::string>;
  static Hashes hashes_of(const WorkspaceState& state) {
    Hashes hashes;
    for (const auto& [path, info] : state.files.files()) hashes[path] = info.hash;
    return hashes;
  }
  Hashes hashes_on_disk() const {
    Hashes hashes;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(project())) {
      const std::string path = entry.path().lexically_relative(project()).string();
      if (entry.is_regular_file() && !path.starts_with(".git/")) {
        hashes[path] = sha256_hex(*read_file(entry.path()));
      }
    }
    return hashes;
  }

  static inline const std::vector<std::string> kAgents{"claude", "gemini", "codex", "kimi", "auto"};
  Markers markers_;
  std::vector<std::shared_ptr<DrawnModel>> models_ = make_models();
  const agents::AgentDirectory drawn_agents_{{{"claude", "m", models_[0], false},
                                              {"gemini", "m", models_[1], false},
                                              {"codex", "m", models_[2], false},
                                              {"kimi", "m", models_[3], false}}};
  DrawnCommands drawn_commands_{markers_};
  const tools::ToolBox drawn_tools_{drawn_commands_, pool_};
  std::shared_ptr<Life> life_;
  std::vector<std::future<void>> people_;
  std::map<std::string, std::set<std::string>> acknowledged_;  // lines by path
  std::map<std::string, std::uint64_t> seen_;   // events by type; of locks, with their reason
  std::map<std::string, json::object> inputs_;  // of calls that have not ended
  WorkspaceState replayed_;

  std::vector<std::shared_ptr<DrawnModel>> make_models() {
    std::vector<std::shared_ptr<DrawnModel>> models;
    for (const char* agent : {"claude", "gemini", "codex", "kimi"}) {
      models.push_back(std::make_shared<DrawnModel>(agent, markers_));
    }
    return models;
  }
};

TEST_F(ScheduleTest, NoUpdateIsLostAndNobodyWaitsForEver) {
  const std::uint64_t first = number("SCHEDULE_SEED", 1);
  const std::uint64_t schedules = number("SCHEDULES", kSchedules);
  for (std::uint64_t at = 0; at < schedules; ++at) {
    if (at % kSchedulesPerWorkspace == 0) fresh();
    play_schedule(first + at);
    ASSERT_FALSE(HasFailure()) << "seed " << first + at;
  }
  // The schedules are worth something.
  for (const char* rare :
       {"step told", "step revoked", "step asked", "approval_answered", "lock_wait_ended refused",
        "lock_released expired", "lock_released revoked", "lock_wait_ended deadlock",
        "lock_wait_ended timeout", "task_cancel_requested", "task_requeued", "refused conflict",
        "refused locked"}) {
    const auto found = seen().find(rare);
    EXPECT_TRUE(found != seen().end()) << "no " << rare << " in " << schedules << " schedules";
  }
}

}  // namespace
}  // namespace coditect::workspace::schedules
