#include "storage/replication/node/sweeper.h"

namespace coditect::replication {

namespace {

/// A little more than the grace, so that the second look removes what the first one found.
constexpr std::chrono::minutes kInterval = limits::kGarbageGrace + std::chrono::minutes(1);

}  // namespace

void Sweeper::on_copied(const WorkspaceId& id, const std::string& folder) {
  const std::lock_guard lock(mutex_);
  std::shared_ptr<Entry>& entry = entries_[id];
  if (!entry) entry = std::make_shared<Entry>(store_, folder);
  entry->wanted = true;
}

void Sweeper::forget(const WorkspaceId& id) {
  const std::lock_guard lock(mutex_);
  entries_.erase(id);
}

std::vector<WorkspaceId> Sweeper::due() {
  const SteadyTime now = timing_.now();
  const std::lock_guard lock(mutex_);
  std::erase_if(entries_,
                [&](const auto& each) { return each.second->next <= now && !each.second->wanted; });
  std::vector<WorkspaceId> ids;
  for (const auto& [id, entry] : entries_) {
    if (entry->next <= now) ids.push_back(id);
  }
  return ids;
}

awaitable<Result<SweepReport>> Sweeper::sweep(WorkspaceId id, Manifest::Owner owner) {
  const SteadyTime now = timing_.now();
  std::shared_ptr<Entry> entry;
  {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(id);
    if (found == entries_.end()) co_return SweepReport{};
    entry = found->second;
    entry->next = now + kInterval;
    entry->wanted = false;
  }
  const auto report = co_await entry->retention.sweep(std::move(owner), now);
  if (report) removed_ += report->removed;
  const std::lock_guard lock(mutex_);
  if (!report || report->garbage > report->removed) entry->wanted = true;
  co_return report;
}

}  // namespace coditect::replication
