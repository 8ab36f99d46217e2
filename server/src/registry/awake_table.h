#pragma once

#include <memory>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>

#include "base/strong_id.h"
#include "workspace/workspace.h"

namespace coditect::registry {

/// The workspaces that are awake, for whoever is about to call one: a call of a workspace that is
/// awake, which is nearly every call, need not wait for the registry's strand.
///
/// Threads: any.
class AwakeTable {
 public:
  /// Null where it is not awake, or about to close.
  std::shared_ptr<workspace::Workspace> find(const WorkspaceId& id) const {
    const std::shared_lock lock(mutex_);
    const auto found = awake_.find(id);
    if (found == awake_.end()) return nullptr;
    auto workspace = found->second.lock();
    return workspace && !workspace->is_closing() ? workspace : nullptr;
  }
  void put(const WorkspaceId& id, const std::shared_ptr<workspace::Workspace>& workspace) {
    const std::unique_lock lock(mutex_);
    awake_[id] = workspace;
  }
  void remove(const WorkspaceId& id) {
    const std::unique_lock lock(mutex_);
    awake_.erase(id);
  }

 private:
  mutable std::shared_mutex mutex_;
  // Guarded by mutex_. Weak: who closes a workspace must be the last to let it go.
  std::unordered_map<WorkspaceId, std::weak_ptr<workspace::Workspace>> awake_;
};

}  // namespace coditect::registry
