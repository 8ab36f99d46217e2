#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "async/blocking_pool.h"
#include "base/clock.h"
#include "storage/objects/object_store.h"
#include "storage/replication/log/log_tail.h"
#include "storage/replication/manifest_store.h"
#include "storage/replication/node/aside_copies.h"
#include "storage/replication/node/workspace_table.h"

namespace coditect::replication {

/// Makes workspaces of the store this node's own and brings them to its disk.
///
/// Threads:    any strand; one call at a time.
/// Lifetime:   what Parts refers to outlives it and its calls.
/// Invariants: a workspace's marker leads to it at every moment: the new owner's is put before the
///             manifest changes, the former owner's is removed after nothing needs his log. Once
///             the manifest names this node its folder here is the workspace, or is missing: an
///             older one is moved away before.
/// Errors:     those of the store and of restoring; what was not adopted can be tried again.
class Adoption {
 public:
  /// Called with a workspace that is on the disk and belongs to this node now.
  using Adopt = std::function<awaitable<Result<void>>(WorkspaceId id, std::string folder)>;
  struct Parts {
    objects::ObjectStore& store;
    BlockingPool& disk;
    WorkspaceTable& table;
    AsideCopies& aside;
    std::filesystem::path data;
    Manifest::Owner self;
    /// Forgets what this node knows of an earlier ownership of a workspace. Where its log goes on.
    std::function<awaitable<LogPlace>(WorkspaceId)> begin;
  };
  Adoption(Parts parts, Adopt adopt);

  /// Takes every workspace of a node whose place was taken, which owned it in an epoch up to that
  /// of `former`. How many; an error is the first of those that could not be taken.
  struct Outcome {
    std::size_t adopted = 0;
    std::optional<Error> failure;
  };
  awaitable<Outcome> adopt_all_of(Manifest::Owner former);
  /// Brings back what belongs to this node and is not on its disk.
  awaitable<Outcome> adopt_missing();
  /// Errc::kUnavailable where the disk has no room for workspaces of others, nor gets any by
  /// removing older copies.
  awaitable<Result<void>> check_room();

 private:
  struct Marked {
    WorkspaceId id;
    std::string folder;
  };
  awaitable<Result<std::vector<Marked>>> marked(NodeId node);
  awaitable<Result<void>> adopt_marked(const Marked& workspace, const Manifest::Owner& former,
                                       Outcome& outcome);
  /// False where it belongs to somebody else, or is no workspace.
  awaitable<Result<bool>> adopt(Marked workspace, std::optional<Manifest::Owner> former);
  awaitable<Result<bool>> take(const Marked& workspace, std::optional<Manifest::Owner> former);
  awaitable<Result<bool>> leave(const Marked& workspace, Error why);
  awaitable<Result<void>> bring(const Marked& workspace, Manifest manifest, LogPlace place);

  const Parts parts_;
  const Adopt adopt_;
  LogTail tail_;
};

}  // namespace coditect::replication
