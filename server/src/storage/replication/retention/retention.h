#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/storage_limits.h"
#include "storage/objects/object_store.h"
#include "storage/replication/manifest.h"
#include "storage/replication/retention/garbage.h"

namespace coditect::replication {

/// What one round of removing garbage did.
struct SweepReport {
  std::uint64_t objects = 0;  ///< that were looked at
  std::uint64_t bytes = 0;    ///< of those
  std::uint64_t garbage = 0;  ///< that nobody needs
  std::uint64_t removed = 0;
};

/// Removes what a workspace's manifest no longer names: segments that were merged, snapshots of
/// databases that were replaced. Blobs stay for ever, as they do on disk.
///
/// Threads:    any strand; never at the same time as a WorkspaceSync of that workspace.
/// Lifetime:   `store` outlives it and its calls. Keep it: it knows how long what is garbage.
/// Errors:     Errc::kConflict when the workspace is somebody else's: nothing was removed. Those of
///             the store; the next sweep goes on.
class WorkspaceRetention {
 public:
  WorkspaceRetention(objects::ObjectStore& store, std::string folder);

  awaitable<Result<SweepReport>> sweep(Manifest::Owner owner, SteadyTime now);

 private:
  // Constant after construction.
  objects::ObjectStore& store_;
  const std::string folder_;

  // Touched by one call at a time.
  GarbageMarks marks_{limits::kGarbageGrace};
};

/// Removes the bundles of one node's log that no workspace needs.
///
/// Whoever moves a workspace's marker to another node does so only once its manifest names no log
/// of the former one; so the markers of all nodes lead to every manifest that names a bundle.
///
/// Threads:    any strand; one call at a time.
/// Lifetime:   `store` outlives it and its calls. Keep it: it knows how long what is garbage.
/// Errors:     those of the store, and Errc::kInternal for a manifest or a marker that cannot be
///             read: then nothing was removed, because nobody knows what that workspace needs.
class NodeRetention {
 public:
  NodeRetention(objects::ObjectStore& store, NodeId node);

  /// `nodes` are all that there are; `current_epoch` is that of the node whose log it is.
  awaitable<Result<SweepReport>> sweep(std::vector<NodeId> nodes, std::uint64_t current_epoch,
                                       SteadyTime now);

 private:
  awaitable<Result<std::vector<LogPlace>>> needed_places(std::vector<NodeId> nodes);
  awaitable<Result<void>> add_needed(std::string marker, std::vector<LogPlace>& needed);

  // Constant after construction.
  objects::ObjectStore& store_;
  const NodeId node_;

  // Touched by one call at a time.
  GarbageMarks marks_{limits::kGarbageGrace};
};

}  // namespace coditect::replication
