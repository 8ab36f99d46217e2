#include "registry/store_keeper.h"

#include "base/log.h"
#include "registry/folder_size.h"

namespace coditect::registry {

namespace {

using replication::SyncReason;
using workspace::Meta;

constexpr std::chrono::seconds kCheckInterval{5};

}  // namespace

StoreKeeper::StoreKeeper(const Strand& strand, Parts parts)
    : parts_(std::move(parts)), copier_(parts_.replicator, parts_.services.disk), tick_(strand) {}

void StoreKeeper::close() {
  closing_ = true;
  tick_.notify_all();
}

workspace::Place StoreKeeper::place(const WorkspaceId& id) const {
  return workspace::Place(parts_.root / id.str());
}

void StoreKeeper::want(const WorkspaceId& id, SyncReason reason) {
  parts_.replicator.table().want_copy(id, reason);
  tick_.notify_all();
}

awaitable<void> StoreKeeper::run() {
  while (!closing_) {
    for (const replication::WorkspaceTable::Due& due : parts_.replicator.due()) {
      if (closing_ || !parts_.replicator.may_acknowledge()) break;
      auto copied = co_await copy(due);
      if (copied) continue;
      spdlog::warn("{}", copied.error().message);
      parts_.replicator.table().want_copy(due.id, due.reason);
      break;  // the store has a hard time: later
    }
    co_await sweep();
    co_await tick_.wait_until(std::chrono::steady_clock::now() + kCheckInterval);
  }
}

awaitable<Result<void>> StoreKeeper::copy(replication::WorkspaceTable::Due due) {
  const auto found = parts_.rows.find(due.id);
  if (found == parts_.rows.end()) co_return Result<void>{};  // it is being made
  const std::shared_ptr<Row> row = found->second;
  if (row->awake && !row->awake->is_closing()) {
    const auto guard = co_await row->copying.lock();
    if (!row->awake) co_return Result<void>{};  // it fell asleep meanwhile, and is copied then
    auto copied = co_await copier_.copy_awake(row->awake, row->meta, due.reason);
    co_return copied ? Result<void>{} : Result<void>(std::move(copied).error());
  }
  co_return co_await copy_asleep(row, due.reason);
}

awaitable<Result<void>> StoreKeeper::copy_asleep(std::shared_ptr<Row> row, SyncReason reason) {
  // Nobody who wakes it waits for the store.
  std::optional<AsyncMutex::Guard> transition = co_await row->transition.lock();
  if (row->awake) co_return Result<void>{};  // it woke up meanwhile: the next time
  const auto turn = co_await row->copying.lock();
  CO_TRY(Copier::Asleep asleep, co_await copier_.open_asleep(place(row->meta.id), row->meta.id));
  const Meta meta = row->meta;
  transition.reset();
  auto copied = co_await copier_.copy_asleep(std::move(asleep), meta, reason);
  if (!copied && row->awake) {
    // Waking it removed what the copy was writing; it is copied awake.
    want(meta.id, reason);
    co_return Result<void>{};
  }
  co_return copied;
}

awaitable<void> StoreKeeper::sweep() {
  for (const WorkspaceId& id : parts_.replicator.unswept()) {
    if (closing_ || !parts_.replicator.may_acknowledge()) co_return;
    const auto found = parts_.rows.find(id);
    if (found == parts_.rows.end()) continue;
    const std::shared_ptr<Row> row = found->second;
    const auto turn = co_await row->copying.lock();
    const auto swept = co_await parts_.replicator.sweep(id);
    if (swept && swept->objects > 0) {
      row->meta.store_bytes = swept->bytes + co_await blob_bytes(id);
    } else if (!swept) {
      spdlog::warn("removing what nobody needs: {}", swept.error().message);
    }
  }
}

/// The store has the blob files as they are here, and keeps them as long.
awaitable<std::uint64_t> StoreKeeper::blob_bytes(const WorkspaceId& id) {
  auto measure = [folder = place(id).blobs()] { return folder_size(folder).content_bytes; };
  co_return co_await parts_.services.disk.run(std::move(measure));
}

awaitable<void> StoreKeeper::announce(Meta meta) {
  auto acquired = co_await parts_.replicator.acquire(meta.id, workspace::to_json(meta));
  if (!acquired) spdlog::warn("workspace {}: {}", meta.id.str(), acquired.error().message);
  want(meta.id, SyncReason::kProject);
}

awaitable<Result<Sequence>> StoreKeeper::copy_now(std::shared_ptr<Row> row) {
  const auto guard = co_await row->copying.lock();
  // One that was just made may not be known in the store yet.
  CO_TRY_VOID(co_await parts_.replicator.acquire(row->meta.id, workspace::to_json(row->meta)));
  if (!row->awake) co_return unavailable("the workspace fell asleep", "try again");
  co_return co_await copier_.copy_awake(row->awake, row->meta, SyncReason::kHandOff);
}

awaitable<Result<void>> StoreKeeper::erase(std::shared_ptr<Row> row) {
  const auto turn = co_await row->copying.lock();
  co_return co_await parts_.replicator.erase(row->meta.id);
}

}  // namespace coditect::registry
