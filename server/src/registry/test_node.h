#pragma once

#include <gtest/gtest.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_future.hpp>

#include <atomic>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "agents/agent_directory.h"
#include "base/check.h"
#include "registry/recovery.h"
#include "registry/registry.h"
#include "tools/sandbox/no_sandbox.h"

namespace coditect::registry {

/// A model that says "done", but not before it is let go.
///
/// Threads: any.
class HeldProvider final : public providers::Provider {
 public:
  providers::ProviderKind kind() const override { return providers::ProviderKind::kAnthropic; }
  awaitable<providers::ProviderResult<providers::ModelAnswer>> call(
      providers::ModelRequest request, providers::StreamListener& listener,
      std::stop_token stop) override {
    ++calls;
    asio::steady_timer timer(co_await asio::this_coro::executor);
    while (held && !stop.stop_requested()) {
      timer.expires_after(std::chrono::milliseconds(1));
      co_await timer.async_wait(asio::use_awaitable);
    }
    if (stop.stop_requested()) {
      co_return providers::provider_error(providers::ProviderError::Kind::kCancelled, "stopped");
    }
    listener.on_text("done");
    providers::ModelAnswer answer;
    answer.turn.blocks.emplace_back(providers::TextBlock{"done"});
    answer.model = request.model;
    co_return answer;
  }

  std::atomic<bool> held = false;
  std::atomic<int> calls = 0;
};

/// All that a registry stands on, with real folders and threads, on a data folder that outlives it.
///
/// Threads:  one test's.
/// Lifetime: stops itself when destroyed, as a server does that is told to.
class TestNode {
 public:
  explicit TestNode(std::filesystem::path data) : data_(std::move(data)) {
    for (int i = 0; i < 2; ++i) threads_.emplace_back([this] { io_.run(); });
    open();
  }
  TestNode(const TestNode&) = delete;
  ~TestNode() {
    run(registry_->close());
    (void)journal_->close();
    work_.reset();
    for (std::thread& thread : threads_) thread.join();
  }

  Registry& registry() { return *registry_; }
  const workspace::NodeServices& services() const { return *services_; }
  asio::io_context& io() { return io_; }
  HeldProvider& model() { return *model_; }
  const std::filesystem::path& data() const { return data_; }
  std::filesystem::path folder() const {
    return data_ / "organizations/local/teams/local/users/owner/workspaces";
  }
  workspace::Place place(const WorkspaceId& id) const {
    return workspace::Place(folder() / id.str());
  }

  /// Waits for `work`, which runs on the node's threads.
  template <class T>
  T run(awaitable<T> work) {
    return asio::co_spawn(io_, std::move(work), asio::use_future).get();
  }
  template <class T>
  std::future<T> begin(awaitable<T> work) {
    return asio::co_spawn(io_, std::move(work), asio::use_future);
  }
  workspace::Meta provision(std::string name, json::object source = {{"kind", "empty"}}) {
    auto made = run(registry_->provision({std::move(name), std::move(source), "user:ann"}));
    check(made.ok(), made ? "" : made.error().message);
    return *std::move(made);
  }
  /// Runs `operation` in a workspace that is awake or wakes.
  Result<json::value> perform(const WorkspaceId& id, workspace::Workspace::Operation operation) {
    auto awake = run(registry_->wake(id));
    if (!awake) return std::move(awake).error();
    return run(workspace::Workspace::perform(*awake, std::move(operation)));
  }
  /// The types of a workspace's events, in order, once all of them are durable.
  std::vector<std::string> event_types(const WorkspaceId& id) {
    auto read = perform(id, read_types);
    check(read.ok(), read ? "" : read.error().message);
    std::vector<std::string> types;
    for (const json::value& type : read->as_array()) types.emplace_back(type.as_string());
    return types;
  }

 private:
  static awaitable<Result<json::value>> read_types(workspace::Workspace& workspace) {
    workspace::EventLog& log = workspace.log();
    // Up to here only: an agent that works goes on, and what it adds is not durable yet.
    const Sequence head = log.head();
    CO_TRY_VOID(co_await log.durable(head));
    json::array types;
    while (types.size() < head) {
      CO_TRY(const auto lines, co_await log.read(types.size() + 1, 1000));
      for (const workspace::LogLine& line : lines) {
        CO_TRY(const Event event, parse_event(*line.text));
        types.emplace_back(event.type);
      }
    }
    co_return types;
  }
  void open() {
    std::filesystem::create_directories(data_ / "node");
    std::map<WorkspaceId, std::vector<journal::Record>> records;
    auto keep = [&](journal::Record record) -> Result<void> {
      records[record.workspace].push_back(std::move(record));
      return {};
    };
    journal::Journal::Options options;
    options.segment_bytes = 4u << 20;
    options.line_bytes_max = 2u << 20;
    auto journal = journal::Journal::open(data_ / "node" / "journal", std::move(options), keep);
    check(journal.ok(), journal ? "" : journal.error().message);
    journal_ = *std::move(journal);
    const auto recovered = recover_workspaces(data_, std::move(records));
    check(recovered.ok(), recovered ? "" : recovered.error().message);
    auto catalogue = databases::Catalogue::create({.template_dir = data_ / "node" / "templates"});
    check(catalogue.ok(), "the catalogue opens");
    catalogue_ = *std::move(catalogue);
    watcher_ = *workspace::Watcher::start();
    services_.emplace(workspace::NodeServices{clock_, random_, *journal_, *catalogue_, disk_,
                                              database_, *watcher_, agents_, tools_, commands_});
    auto secrets = workspace::SecretStore::open(data_ / "node" / "secrets");
    check(secrets.ok(), secrets ? "" : secrets.error().message);
    secrets_ = *std::move(secrets);
    services_->secrets = secrets_.get();
    auto registry = Registry::open(io_.get_executor(), *services_, data_, {}, Environment());
    check(registry.ok(), registry ? "" : registry.error().message);
    registry_ = *std::move(registry);
    run(registry_->start());
  }

  const std::filesystem::path data_;
  SystemClock clock_;
  SystemRandom random_;
  asio::io_context io_;
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work_{
      asio::make_work_guard(io_)};
  BlockingPool disk_{2};
  BlockingPool database_{2};
  BlockingPool commands_pool_{1};
  std::unique_ptr<journal::Journal> journal_;
  std::unique_ptr<databases::Catalogue> catalogue_;
  std::unique_ptr<workspace::Watcher> watcher_;
  tools::NoSandbox commands_{unavailable("tests run no commands")};
  tools::ToolBox tools_{commands_, commands_pool_};
  const std::shared_ptr<HeldProvider> model_ = std::make_shared<HeldProvider>();
  agents::AgentDirectory agents_{{agents::AgentDefinition{"claude", "test-model", model_, true}}};
  std::unique_ptr<workspace::SecretStore> secrets_;
  std::optional<workspace::NodeServices> services_;
  std::unique_ptr<Registry> registry_;
  std::vector<std::thread> threads_;
};

}  // namespace coditect::registry
