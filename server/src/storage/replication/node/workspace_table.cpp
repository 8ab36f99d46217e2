#include "storage/replication/node/workspace_table.h"

#include <algorithm>

namespace coditect::replication {

void WorkspaceTable::add(const WorkspaceId& id, std::string folder) {
  const std::lock_guard lock(mutex_);
  rows_[id].folder = std::move(folder);
}

void WorkspaceTable::remove(const WorkspaceId& id) {
  const std::lock_guard lock(mutex_);
  rows_.erase(id);
}

std::optional<std::string> WorkspaceTable::folder_of(const WorkspaceId& id) const {
  const std::lock_guard lock(mutex_);
  const auto row = rows_.find(id);
  return row == rows_.end() ? std::nullopt : std::optional(row->second.folder);
}

std::vector<WorkspaceId> WorkspaceTable::ids() const {
  const std::lock_guard lock(mutex_);
  std::vector<WorkspaceId> ids;
  ids.reserve(rows_.size());
  for (const auto& [id, row] : rows_) ids.push_back(id);
  return ids;
}

void WorkspaceTable::on_shipped(const WorkspaceId& id, Sequence through) {
  const std::lock_guard lock(mutex_);
  const auto row = rows_.find(id);
  if (row == rows_.end()) return;
  if (row->second.shipped <= row->second.copied) {
    row->second.behind_since = std::chrono::steady_clock::now();
  }
  row->second.shipped = std::max(row->second.shipped, through);
  if (row->second.on_change) row->second.on_change();
}

Sequence WorkspaceTable::shipped(const WorkspaceId& id) const {
  const std::lock_guard lock(mutex_);
  const auto row = rows_.find(id);
  return row == rows_.end() ? 0 : row->second.shipped;
}

void WorkspaceTable::on_acquired(const WorkspaceId& id) {
  const std::lock_guard lock(mutex_);
  const auto row = rows_.find(id);
  if (row != rows_.end()) row->second.acquired = true;
}

bool WorkspaceTable::is_acquired(const WorkspaceId& id) const {
  const std::lock_guard lock(mutex_);
  const auto row = rows_.find(id);
  return row != rows_.end() && row->second.acquired;
}

void WorkspaceTable::begin_adoption(const WorkspaceId& id) {
  const std::lock_guard lock(mutex_);
  adopting_.insert(id);
}

void WorkspaceTable::end_adoption(const WorkspaceId& id) {
  const std::lock_guard lock(mutex_);
  adopting_.erase(id);
}

bool WorkspaceTable::is_adopting(const WorkspaceId& id) const {
  const std::lock_guard lock(mutex_);
  return adopting_.contains(id);
}

void WorkspaceTable::want_copy(const WorkspaceId& id, SyncReason reason) {
  const std::lock_guard lock(mutex_);
  const auto row = rows_.find(id);
  if (row == rows_.end()) return;
  row->second.wanted = std::max(row->second.wanted.value_or(reason), reason);
}

std::vector<WorkspaceTable::Due> WorkspaceTable::due(SteadyTime before) const {
  const std::lock_guard lock(mutex_);
  std::vector<Due> due;
  for (const auto& [id, row] : rows_) {
    const bool behind = row.shipped > row.copied && row.behind_since < before;
    if (row.wanted || behind) due.push_back({id, row.wanted.value_or(SyncReason::kProject)});
  }
  return due;
}

void WorkspaceTable::on_copying(const WorkspaceId& id) {
  const std::lock_guard lock(mutex_);
  const auto row = rows_.find(id);
  if (row != rows_.end()) row->second.wanted.reset();
}

void WorkspaceTable::on_copied(const WorkspaceId& id, Sequence archived) {
  const std::lock_guard lock(mutex_);
  const auto row = rows_.find(id);
  if (row == rows_.end()) return;
  row->second.copied = std::max(row->second.copied, archived);
  row->second.behind_since = std::chrono::steady_clock::now();
}

void WorkspaceTable::listen(const WorkspaceId& id, std::function<void()> on_change) {
  const std::lock_guard lock(mutex_);
  const auto row = rows_.find(id);
  if (row != rows_.end()) row->second.on_change = std::move(on_change);
}

void WorkspaceTable::stop_listening(const WorkspaceId& id) {
  const std::lock_guard lock(mutex_);
  const auto row = rows_.find(id);
  if (row != rows_.end()) row->second.on_change = nullptr;
}

void WorkspaceTable::tell_everybody() {
  const std::lock_guard lock(mutex_);
  for (const auto& [id, row] : rows_) {
    if (row.on_change) row.on_change();
  }
}

}  // namespace coditect::replication
