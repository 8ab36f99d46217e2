#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "storage/objects/object_store.h"
#include "storage/replication/retention/retention.h"
#include "storage/replication/timing.h"

namespace coditect::replication {

/// Has what a node's workspaces no longer name removed from the store: after a copy, and as long as
/// something waits for its removal, but once an hour at most, because a look costs two listings.
///
/// Threads:    any; sweep() as WorkspaceRetention says.
/// Lifetime:   `store` and `timing` outlive it and its calls.
/// Invariants: remembers only workspaces that have garbage or were copied within the interval.
class Sweeper {
 public:
  Sweeper(objects::ObjectStore& store, Timing& timing) : store_(store), timing_(timing) {}

  /// A copy has replaced objects of this workspace, as a rule.
  void on_copied(const WorkspaceId& id, const std::string& folder);
  void forget(const WorkspaceId& id);
  /// Those to sweep now.
  std::vector<WorkspaceId> due();
  /// Errors: those of WorkspaceRetention; it is tried again after the interval.
  awaitable<Result<SweepReport>> sweep(WorkspaceId id, Manifest::Owner owner);

  /// Objects, since the start.
  std::uint64_t removed() const { return removed_; }

 private:
  struct Entry {
    Entry(objects::ObjectStore& store, const std::string& folder) : retention(store, folder) {}
    WorkspaceRetention retention;
    SteadyTime next{};   // guarded by mutex_
    bool wanted = true;  // a look; guarded by mutex_
  };

  objects::ObjectStore& store_;
  Timing& timing_;
  std::atomic<std::uint64_t> removed_ = 0;

  std::mutex mutex_;
  std::map<WorkspaceId, std::shared_ptr<Entry>> entries_;  // guarded by mutex_
};

}  // namespace coditect::replication
