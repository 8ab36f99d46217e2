#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "async/blocking_pool.h"
#include "storage/blobs/blob_store.h"
#include "storage/objects/object_store.h"
#include "storage/replication/manifest_store.h"
#include "storage/replication/sync/archive_sync.h"
#include "storage/replication/sync/blob_sync.h"
#include "storage/replication/sync/project_sync.h"

namespace coditect::replication {

/// Why a workspace is copied, and so how much of it.
enum class SyncReason {
  kPeriodic,  ///< archived events once enough have gathered
  kProject,   ///< the same, and the project's files
  kSleep,     ///< everything
  kHandOff,   ///< everything; the next owner begins from it
};

/// What the owner knows as a sync begins.
struct SyncPoint {
  Manifest::Owner owner;
  /// The next bundle of the owner's log, looked up BEFORE `archived`: every event in an earlier
  /// bundle is in the local archive.
  LogPlace log;
  Sequence archived = 0;  ///< the last event that readers of the local archive find
  json::object meta;      ///< the registry's row as it is now
  /// Snapshots that were stored since the last sync, to be named by the manifest.
  std::map<std::string, Manifest::DatabaseSnapshot, std::less<>> databases;
  /// The first bundles that hold page changes since the databases' snapshots.
  std::vector<LogPlace> needed;
};

/// Copies what the store has to hold of one workspace beside the node's log, and then, by
/// compare-and-swap, has the manifest name it. docs/formats/manifest.md has the order.
///
/// Threads:    any strand; one call at a time.
/// Lifetime:   what Parts refers to outlives it and its calls.
/// Invariants: the manifest names nothing that is not stored.
/// Errors:     Errc::kConflict when the workspace belongs to somebody else by now: nothing that he
///             names was touched. Those of the store and the disk; the next call goes on from what
///             was stored.
class WorkspaceSync {
 public:
  struct Parts {
    objects::ObjectStore& store;
    BlockingPool& disk;
    blobs::BlobStore& blobs;
  };
  /// `folder` in the store; `root` is the workspace's folder on the local disk.
  WorkspaceSync(Parts parts, std::string folder, const std::filesystem::path& root);

  struct Report {
    Sequence archived = 0;  ///< the last event that the store's segments hold
    std::uint64_t segments_stored = 0;
    Progress blobs;
    bool project_taken = false;
    std::vector<blobs::Skipped> skipped;  ///< of the project
  };
  awaitable<Result<Report>> sync(SyncReason reason, SyncPoint point, OnProgress on_progress);

  ManifestStore& manifest() { return manifest_; }

 private:
  // Touched by one call at a time.
  ManifestStore manifest_;
  ArchiveSync archive_;
  BlobSync blobs_;
  ProjectSync project_;
};

}  // namespace coditect::replication
