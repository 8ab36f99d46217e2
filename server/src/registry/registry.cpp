#include "registry/registry.h"

#include <algorithm>

#include "base/check.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/posix_file.h"

namespace coditect::registry {

namespace {

namespace fs = std::filesystem;
using workspace::Meta;
using workspace::Place;
using workspace::Workspace;

constexpr std::chrono::seconds kIdleCheck{30};

fs::path workspaces_of(const fs::path& data, const Owner& owner) {
  return data / "organizations" / owner.organization / "teams" / owner.team / "users" / owner.user /
         "workspaces";
}

}  // namespace

Registry::Registry(asio::any_io_executor executor, const workspace::NodeServices& services,
                   const fs::path& data, const Owner& owner, Environment environment,
                   replication::NodeReplicator* replicator)
    : executor_(executor),
      services_(services),
      data_(data),
      root_(workspaces_of(data, owner)),
      replicator_(replicator),
      provisioner_(executor, services, data, std::move(environment)),
      strand_(make_strand(executor)),
      meter_(strand_, services, rows_, root_),
      provisioned_(strand_),
      tick_(strand_),
      background_(strand_, [](std::string_view task, const std::string& what) {
        spdlog::error("the registry's {} failed: {}", task, what);
      }) {
  if (replicator != nullptr) {
    keeper_.emplace(strand_, StoreKeeper::Parts{services, *replicator, rows_, root_});
  }
  trash_.emplace(services, rows_, root_, keeper_ ? &*keeper_ : nullptr);
}

Registry::~Registry() {
  for (const auto& [id, row] : rows_) check(!row->awake, "await Registry::close() first");
}

Result<std::unique_ptr<Registry>> Registry::open(asio::any_io_executor executor,
                                                 const workspace::NodeServices& services,
                                                 const fs::path& data, const Owner& owner,
                                                 Environment environment,
                                                 replication::NodeReplicator* replicator) {
  std::unique_ptr<Registry> registry(
      new Registry(executor, services, data, owner, std::move(environment), replicator));
  TRY_VOID(make_directories(registry->root_));
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(registry->root_, error)) {
    const Place place(entry.path());
    auto meta = workspace::load_meta(place.meta_file());
    if (!meta && meta.error().code == Errc::kNotFound) {
      spdlog::warn("removing {}: its provisioning was cut short", entry.path().filename().string());
      std::error_code gone;
      fs::remove_all(entry.path(), gone);
      continue;
    }
    if (!meta) return std::move(meta).error().in(place.meta_file().string());
    auto row = std::make_shared<Row>(registry->strand_);
    row->meta = *std::move(meta);
    const WorkspaceId id = row->meta.id;
    registry->rows_.emplace(id, std::move(row));
    if (replicator != nullptr) replicator->announce(id, registry->folder_of(id));
  }
  if (error) return unavailable("reading " + registry->root_.string() + ": " + error.message());
  return registry;
}

std::string Registry::folder_of(const WorkspaceId& id) const {
  return (root_ / id.str()).lexically_relative(data_).generic_string();
}

Place Registry::place(const WorkspaceId& id) const { return Place(root_ / id.str()); }

Result<std::shared_ptr<Row>> Registry::need(const WorkspaceId& id) {
  const auto found = rows_.find(id);
  if (found == rows_.end()) {
    return not_found("there is no workspace '" + id.str() + "'", "GET /workspaces lists them");
  }
  if (found->second->meta.deleted_at) {
    return not_found("the workspace '" + id.str() + "' is in the trash",
                     "POST /workspaces/" + id.str() + "/undelete brings it back");
  }
  return found->second;
}

awaitable<Result<void>> Registry::save(Row& row) {
  auto write = [file = place(row.meta.id).meta_file(), meta = row.meta] {
    return workspace::save_meta(file, meta);
  };
  co_return co_await services_.disk.run(std::move(write));
}

awaitable<void> Registry::start() { return run_on(strand_, start_on_strand()); }

awaitable<void> Registry::start_on_strand() {
  std::vector<WorkspaceId> awake_before;
  for (const auto& [id, row] : rows_) {
    if (row->meta.state == Meta::State::kReady && !row->meta.deleted_at) awake_before.push_back(id);
  }
  for (const WorkspaceId& id : awake_before) {
    auto woken = co_await wake_on_strand(id);
    if (!woken) spdlog::error("workspace {}: {}", id.str(), woken.error().message);
  }
  background_.spawn("idle check", sleep_idle());
  background_.spawn("measuring", meter_.run());
  if (keeper_) background_.spawn("copying", keeper_->run());
}

awaitable<void> Registry::close() { return run_on(strand_, close_on_strand()); }

awaitable<void> Registry::close_on_strand() {
  closing_ = true;
  tick_.notify_all();
  trash_->close();
  meter_.close();
  if (keeper_) keeper_->close();
  co_await background_.close();
  while (provisioning_ > 0) co_await provisioned_.wait();
  for (auto& [id, row] : rows_) {
    const auto guard = co_await row->transition.lock();
    if (!row->awake) continue;
    // It stays "ready" in its row: the next start wakes it, so that its tasks go on.
    auto closed =
        co_await Workspace::close(row->awake, Workspace::Closing::kPauses, "the server stops");
    if (!closed) spdlog::error("workspace {}: {}", id.str(), closed.error().message);
    awake_.remove(id);
    row->awake.reset();
  }
}

awaitable<void> Registry::sleep_idle() {
  while (!closing_) {
    co_await trash_->empty();
    const SteadyTime since = services_.clock.steady() - limits::kIdleBeforeSleep;
    std::vector<WorkspaceId> awake;
    for (const auto& [id, row] : rows_) {
      if (row->awake) awake.push_back(id);
    }
    for (const WorkspaceId& id : awake) {
      const std::shared_ptr<Row> row = rows_.at(id);
      const auto guard = co_await row->transition.lock();
      if (closing_ || !row->awake) continue;
      if (!co_await Workspace::is_idle(row->awake, since)) continue;
      auto slept = co_await sleep_row(*row, "nobody was there");
      if (!slept) spdlog::error("workspace {}: {}", id.str(), slept.error().message);
    }
    co_await tick_.wait_until(std::chrono::steady_clock::now() + kIdleCheck);
  }
}

void Registry::want_copy(const WorkspaceId& id, replication::SyncReason reason) {
  if (keeper_) keeper_->want(id, reason);
}

awaitable<Page> Registry::list(std::string cursor, std::size_t limit) {
  return run_on(strand_, list_on_strand(std::move(cursor), limit));
}

awaitable<Page> Registry::list_on_strand(std::string cursor, std::size_t limit) {
  Page page;
  for (auto each = rows_.upper_bound(WorkspaceId(cursor)); each != rows_.end(); ++each) {
    if (each->second->meta.deleted_at) continue;
    if (page.workspaces.size() == limit) {
      page.next_cursor = page.workspaces.back().id.str();
      break;
    }
    page.workspaces.push_back(each->second->meta);
  }
  co_return page;
}

awaitable<Result<Meta>> Registry::find(WorkspaceId id) {
  return run_on(strand_, find_on_strand(std::move(id)));
}

awaitable<Result<Meta>> Registry::find_on_strand(WorkspaceId id) {
  CO_TRY(const std::shared_ptr<Row> row, need(id));
  co_return row->meta;
}

awaitable<Result<std::shared_ptr<Workspace>>> Registry::wake(WorkspaceId id) {
  if (auto awake = awake_.find(id)) co_return awake;
  co_return co_await run_on(strand_, wake_on_strand(std::move(id)));
}

awaitable<Result<std::shared_ptr<Workspace>>> Registry::wake_on_strand(WorkspaceId id) {
  CO_TRY(const std::shared_ptr<Row> row, need(id));
  if (row->awake && !row->awake->is_closing()) co_return row->awake;
  const auto guard = co_await row->transition.lock();
  CO_TRY_VOID(co_await wake_row(*row));
  co_return row->awake;
}

awaitable<Result<void>> Registry::wake_row(Row& row) {
  if (row.awake) co_return Result<void>{};
  if (closing_) co_return unavailable("the server stops", "try again when it is back");
  if (row.meta.deleted_at) co_return not_found("the workspace is in the trash");
  if (replicator_ != nullptr) {
    auto acquired = co_await replicator_->acquire(row.meta.id, workspace::to_json(row.meta));
    if (!acquired) {
      row.failure = acquired.error().message;
      co_return std::move(acquired).error();
    }
  }
  Workspace::Before before = Workspace::Interrupted{};
  if (row.meta.state == Meta::State::kAsleep) before = Workspace::Asleep{};
  row.meta.state = Meta::State::kReady;
  row.meta.last_active_at = services_.clock.now();
  CO_TRY_VOID(co_await save(row));
  auto opened = co_await Workspace::open(executor_, services_, place(row.meta.id), row.meta,
                                         std::move(before));
  if (!opened) {
    row.failure = opened.error().message;
    co_return std::move(opened).error();
  }
  row.failure.clear();
  row.awake = *std::move(opened);
  awake_.put(row.meta.id, row.awake);
  co_return Result<void>{};
}

awaitable<Result<void>> Registry::sleep_row(Row& row, std::string reason) {
  if (!row.awake) co_return Result<void>{};
  auto closed =
      co_await Workspace::close(row.awake, Workspace::Closing::kSleeps, std::move(reason));
  awake_.remove(row.meta.id);
  row.awake.reset();
  CO_TRY_VOID(std::move(closed));
  row.meta.state = Meta::State::kAsleep;
  row.meta.last_active_at = services_.clock.now();
  want_copy(row.meta.id, replication::SyncReason::kSleep);
  co_return co_await save(row);
}

awaitable<Result<Meta>> Registry::sleep(WorkspaceId id) {
  return run_on(strand_, sleep_on_strand(std::move(id)));
}

awaitable<Result<Meta>> Registry::sleep_on_strand(WorkspaceId id) {
  CO_TRY(const std::shared_ptr<Row> row, need(id));
  const auto guard = co_await row->transition.lock();
  if (row->awake && co_await Workspace::is_busy(row->awake)) {
    co_return Error{Errc::kConflict, "agents work in this workspace",
                    "cancel their tasks or wait until they are done"};
  }
  CO_TRY_VOID(co_await sleep_row(*row, "asked to"));
  co_return row->meta;
}

awaitable<Result<Meta>> Registry::renew(WorkspaceId id, std::string user) {
  CO_TRY(std::shared_ptr<Workspace> awake, co_await wake(id));
  auto renew = [user](Workspace& each) { return each.renew_session(user); };
  CO_TRY_VOID(co_await Workspace::perform(awake, std::move(renew)));
  co_return co_await find(id);
}

awaitable<Result<Meta>> Registry::remove(WorkspaceId id, std::string user) {
  return run_on(strand_, remove_on_strand(std::move(id), std::move(user)));
}

awaitable<Result<Meta>> Registry::remove_on_strand(WorkspaceId id, std::string user) {
  CO_TRY(const std::shared_ptr<Row> row, need(id));
  const auto guard = co_await row->transition.lock();
  if (row->meta.deleted_at) co_return not_found("the workspace is in the trash already");
  CO_TRY_VOID(co_await wake_row(*row));
  auto record = [user](Workspace& each) { return each.record("workspace_deleted", user); };
  CO_TRY_VOID(co_await Workspace::perform(row->awake, std::move(record)));
  row->meta.deleted_at = services_.clock.now();
  CO_TRY_VOID(co_await save(*row));
  CO_TRY_VOID(co_await sleep_row(*row, "moved to the trash"));
  co_return row->meta;
}

awaitable<Result<Meta>> Registry::undelete(WorkspaceId id, std::string user) {
  return run_on(strand_, undelete_on_strand(std::move(id), std::move(user)));
}

awaitable<Result<Meta>> Registry::undelete_on_strand(WorkspaceId id, std::string user) {
  const auto found = rows_.find(id);
  if (found == rows_.end()) co_return not_found("there is no workspace '" + id.str() + "'");
  const std::shared_ptr<Row> row = found->second;
  const auto guard = co_await row->transition.lock();
  if (!rows_.contains(id)) co_return not_found("there is no workspace '" + id.str() + "' any more");
  if (!row->meta.deleted_at) {
    co_return Error{Errc::kConflict, "the workspace is not in the trash", "there is nothing to do"};
  }
  const Time deleted_at = *std::exchange(row->meta.deleted_at, std::nullopt);
  auto woken = co_await wake_row(*row);
  if (!woken) {
    row->meta.deleted_at = deleted_at;
    auto saved = co_await save(*row);
    if (!saved) spdlog::error("workspace {}: {}", id.str(), saved.error().message);
    co_return std::move(woken).error();
  }
  auto record = [user](Workspace& each) { return each.record("workspace_undeleted", user); };
  CO_TRY_VOID(co_await Workspace::perform(row->awake, std::move(record)));
  co_return row->meta;
}

awaitable<Registry::Counts> Registry::counts() { return run_on(strand_, counts_on_strand()); }

awaitable<Registry::Counts> Registry::counts_on_strand() {
  Counts counts;
  for (const auto& [id, row] : rows_) {
    if (row->meta.deleted_at) continue;
    ++counts.all;
    if (row->awake) ++counts.awake;
    if (!row->failure.empty()) ++counts.failed;
    counts.disk_bytes += row->meta.disk_bytes.value_or(0);
    counts.store_bytes += row->meta.store_bytes.value_or(0);
  }
  co_return counts;
}

awaitable<std::vector<Registry::Failure>> Registry::failures(std::size_t limit) {
  return run_on(strand_, failures_on_strand(limit));
}

awaitable<std::vector<Registry::Failure>> Registry::failures_on_strand(std::size_t limit) {
  std::vector<Failure> failures;
  for (const auto& [id, row] : rows_) {
    if (failures.size() == limit) break;
    if (row->meta.deleted_at || row->failure.empty()) continue;
    failures.push_back({id, row->failure});
  }
  co_return failures;
}

awaitable<std::shared_ptr<Workspace>> Registry::any_awake() {
  return run_on(strand_, any_awake_on_strand());
}

awaitable<std::shared_ptr<Workspace>> Registry::any_awake_on_strand() {
  for (const auto& [id, row] : rows_) {
    if (row->awake && !row->awake->is_closing()) co_return row->awake;
  }
  co_return nullptr;
}

}  // namespace coditect::registry
