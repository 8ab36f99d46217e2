#pragma once

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_future.hpp>

#include <chrono>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agents/agent_loop_test_support.h"
#include "storage/archive/archive_test_support.h"
#include "storage/journal/journal_test_support.h"
#include "workspace/log/gated_disk.h"
#include "workspace/workspace.h"

namespace coditect::workspace {

/// A model that does what a test tells it to, one step a call; "done" when it was told nothing.
///
/// Threads: the workspace's strand and whoever tests, never both at once.
class PlayedModel final : public providers::Provider {
 public:
  using Answer = providers::ProviderResult<providers::ModelAnswer>;

  void say(std::string text) {
    providers::ModelAnswer answer;
    answer.turn.blocks.push_back(providers::TextBlock{std::move(text), {}});
    steps_.push_back({std::move(answer), {}});
  }
  void use(std::string tool, json::object input) {
    providers::ModelAnswer answer;
    answer.turn.blocks.push_back(providers::ToolCall{"call", std::move(tool), std::move(input)});
    answer.stop = providers::StopReason::kToolUse;
    steps_.push_back({std::move(answer), {}});
  }
  void fail(const std::string& message) {
    using Kind = providers::ProviderError::Kind;
    steps_.push_back({providers::provider_error(Kind::kServer, message), {}});
  }
  void break_down(std::string what) { steps_.push_back({providers::ModelAnswer{}, what}); }
  /// From here on calls last until their task is stopped or go_on() is called.
  void hold() { hold_from(0); }
  /// The same from that many calls on.
  void hold_from(std::size_t calls) { held_from_ = calls; }
  void go_on() { held_from_.reset(); }

  providers::ProviderKind kind() const override { return providers::ProviderKind::kAnthropic; }
  awaitable<Answer> call(providers::ModelRequest request, providers::StreamListener& listener,
                         std::stop_token stop) override {
    asked.push_back(std::move(request));
    listener.on_text("thinking");
    asio::steady_timer timer(co_await asio::this_coro::executor);
    const std::size_t calls = asked.size();
    while (held_from_ && calls > *held_from_ && !stop.stop_requested()) {
      timer.expires_after(std::chrono::milliseconds(1));
      co_await timer.async_wait(asio::use_awaitable);
    }
    if (stop.stop_requested()) {
      co_return providers::provider_error(providers::ProviderError::Kind::kCancelled, "stopped");
    }
    if (steps_.empty()) say("done");
    Step step = std::move(steps_.front());
    steps_.pop_front();
    if (!step.breaks_with.empty()) throw std::runtime_error(step.breaks_with);
    co_return std::move(step.answer);
  }

  std::vector<providers::ModelRequest> asked;

 private:
  struct Step {
    Answer answer;
    std::string breaks_with;  ///< "" where it answers
  };
  std::deque<Step> steps_;
  std::optional<std::size_t> held_from_;
};

class NoTerminals final : public tools::TerminalLauncher {
 public:
  Result<std::unique_ptr<tools::TerminalProcess>> start(tools::TerminalSpec) override {
    return unavailable("no terminals here");
  }
};

/// One real workspace in a folder of its own: journal, archive, databases, blobs, watcher and files
/// are those of the server; only the models, the clock and the journal's disk are played.
///
/// Everything runs in the test's thread, in run() and play(), but for the pools and the journal.
class WorkspaceFixture : public ::testing::Test {
 public:
  WorkspaceFixture() : watcher_(*Watcher::start()) { open_journal(); }
  ~WorkspaceFixture() override {
    gate_->open_gate();
    for (PlayedModel* model : {claude_.get(), kimi_.get()}) model->go_on();
    if (workspace_) (void)run(Workspace::close(workspace_, Workspace::Closing::kPauses, "over"));
    workspace_.reset();
    journal_.reset();
  }

  /// Runs `work` to its end, and with it whatever the workspace does meanwhile.
  template <class T>
  T run(awaitable<T> work) {
    auto done = asio::co_spawn(io_, std::move(work), asio::use_future);
    io_.restart();
    while (done.wait_for(std::chrono::seconds(0)) != std::future_status::ready) io_.run_one();
    return done.get();
  }
  /// Plays a story on the workspace's strand.
  void play(awaitable<void> story) { run(run_on(workspace_->strand(), std::move(story))); }

  Result<void> open(Workspace::Before before) {
    Meta meta;
    meta.id = WorkspaceId("w_1");
    meta.name = "test";
    meta.created_at = meta.last_active_at = clock_.now();
    auto opened = run(
        Workspace::open(io_.get_executor(), services(), Place(place_), meta, std::move(before)));
    if (!opened) return std::move(opened).error();
    workspace_ = *std::move(opened);
    return {};
  }
  void create() { ASSERT_TRUE(open(Workspace::New{"user:ann", {{"kind", "empty"}}})); }
  Result<void> close(Workspace::Closing closing) {
    auto closed = run(Workspace::close(workspace_, closing, "a test"));
    workspace_.reset();
    return closed;
  }
  /// What the operation answers; the error that perform() or it gave.
  Result<json::value> perform(Workspace::Operation operation) {
    return run(Workspace::perform(workspace_, std::move(operation)));
  }

  /// The process dies and starts again: what was written to the folder and the journal is there,
  /// nothing was put in order. What is left of the old life goes on elsewhere and is put away.
  void crash() {
    const std::filesystem::path old = place_;
    place_ = folder_.path() / ("life" + std::to_string(++lives_));
    auto left = std::make_shared<journal::MemoryDisk>();
    for (auto& [name, bytes] : disk_->contents()) left->overwrite(name, bytes);
    // The pool's threads still put files in their places: a copy that missed one is made again.
    std::error_code missed;
    for (int tries = 0; tries == 0 || (missed && tries < 50); ++tries) {
      std::filesystem::remove_all(place_);
      std::filesystem::copy(old, place_, std::filesystem::copy_options::recursive, missed);
    }
    ASSERT_FALSE(missed) << missed.message();
    (void)close(Workspace::Closing::kPauses);
    before_next_life();
    journal_.reset();
    disk_ = std::move(left);
    gate_ = std::make_shared<GatedDisk>(disk_);
    open_journal();
  }

  // Small steps of stories, on the strand.
  FileService& files() { return workspace_->files(); }
  TaskService& tasks() { return workspace_->tasks(); }
  awaitable<Written> write(std::string path, std::string text) {
    auto edit = [text](const CurrentFile&) -> Result<std::string> { return text; };
    auto written = co_await files().change(kAnn, path, std::nullopt, std::nullopt, edit);
    EXPECT_TRUE(written) << written.error().message;
    co_return written ? *written : Written{};
  }
  awaitable<TaskId> submit(std::string agent, std::string prompt) {
    TaskRequest request;
    request.agent = std::move(agent);
    request.prompt = std::move(prompt);
    auto ids = co_await tasks().submit(kAnn, std::move(request));
    EXPECT_TRUE(ids) << ids.error().message;
    co_return ids ? ids->front() : TaskId();
  }
  queue::TaskState state_of(const TaskId& id) const {
    const queue::Task* task = workspace_->state().tasks.find(id);
    EXPECT_NE(task, nullptr) << id.str();
    return task == nullptr ? queue::TaskState::kFailed : task->state;
  }
  /// Returns once `condition` holds; it is looked at after every event and at least each
  /// millisecond.
  awaitable<void> until(std::function<bool()> condition) {
    asio::steady_timer timer(co_await asio::this_coro::executor);
    while (!condition()) {
      timer.expires_after(std::chrono::milliseconds(1));
      co_await timer.async_wait(asio::use_awaitable);
    }
  }
  awaitable<void> until_finished(TaskId id) {
    co_await until([this, id] { return queue::is_finished(state_of(id)); });
  }
  /// Every durable event from `from` on.
  awaitable<std::vector<Event>> events(Sequence from = 1) {
    std::vector<Event> all;
    while (from <= workspace_->log().durable_head()) {
      auto lines = co_await workspace_->log().read(from, 100);
      EXPECT_TRUE(lines && !lines->empty());
      if (!lines || lines->empty()) break;
      for (const LogLine& line : *lines) {
        EXPECT_EQ(line.seq, from++) << "a gap";
        all.push_back(*parse_event(*line.text));
      }
    }
    co_return all;
  }
  static std::vector<std::string> types(const std::vector<Event>& events) {
    std::vector<std::string> names;
    for (const Event& event : events) names.push_back(event.type);
    return names;
  }
  std::filesystem::path project() const { return place_ / "projects"; }
  void put_outside(const std::string& path, const std::string& bytes) const {
    std::filesystem::create_directories((project() / path).parent_path());
    archive::overwrite(project() / path, bytes);
  }
  std::string on_disk(const std::string& path) const {
    auto bytes = read_file(project() / path);
    return bytes ? *std::move(bytes) : "(none)";
  }

  static inline const Actor kAnn{"user:ann", {}, {}};
  static inline const Actor kBob{"user:bob", {}, {}};

  /// Who works in the workspace, and with what.
  virtual const agents::AgentDirectory& directory() const { return agents_; }
  virtual const tools::ToolBox& tools() const { return tools_; }
  virtual locks::Ladder ladder() const { return {}; }
  /// In crash(): the old life is over, the new one has not begun.
  virtual void before_next_life() {}
  virtual journal::Journal::Options journal_options() {
    journal::Journal::Options options;
    options.segment_bytes = 1u << 20;
    options.line_bytes_max = 512u << 10;
    options.queue_bytes_max = 768u << 10;
    options.disk = gate_;
    return options;
  }
  void open_journal() {
    std::vector<journal::Record> records;
    auto keep = [&records](journal::Record record) -> Result<void> {
      records.push_back(std::move(record));
      return {};
    };
    auto journal = journal::Journal::open("journal", journal_options(), keep);
    ASSERT_TRUE(journal) << journal.error().message;
    journal_ = *std::move(journal);
    if (records.empty()) return;
    auto archive = archive::Archive::open(place_ / "sessions");
    ASSERT_TRUE(archive) << archive.error().message;
    std::vector<std::string> missing;
    for (const journal::Record& record : records) {
      if (record.seq > archive->head().seq) missing.push_back(record.line);
    }
    ASSERT_TRUE(archive->append(missing));
  }

  archive::TemporaryFolder folder_;
  std::filesystem::path place_ = folder_.path() / "life0";
  int lives_ = 0;
  asio::io_context io_;
  ManualClock clock_;
  SeededRandom random_{7};
  std::shared_ptr<journal::MemoryDisk> disk_ = std::make_shared<journal::MemoryDisk>();
  std::shared_ptr<GatedDisk> gate_ = std::make_shared<GatedDisk>(disk_);
  std::unique_ptr<journal::Journal> journal_;
  BlockingPool pool_{2};
  std::shared_ptr<PlayedModel> claude_ = std::make_shared<PlayedModel>();
  std::shared_ptr<PlayedModel> kimi_ = std::make_shared<PlayedModel>();
  const agents::AgentDirectory agents_{
      {{"claude", "model-1", claude_, false}, {"kimi", "model-2", kimi_, false}}};
  agents::NoCommands commands_;
  const tools::ToolBox tools_{commands_, pool_};
  NoTerminals terminals_;
  std::unique_ptr<Watcher> watcher_;
  std::shared_ptr<Workspace> workspace_;

 private:
  NodeServices services() {
    NodeServices services{clock_, random_,   *journal_,   catalogue(), pool_,
                          pool_,  *watcher_, directory(), tools(),     terminals_};
    services.ladder = ladder();
    return services;
  }
  /// Making the empty databases takes longer than most tests, so all share them.
  static databases::Catalogue& catalogue() {
    static archive::TemporaryFolder templates;
    static const auto made = databases::Catalogue::create({templates.path(), 100});
    EXPECT_TRUE(made);
    return **made;
  }
};

}  // namespace coditect::workspace
