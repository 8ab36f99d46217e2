#pragma once

#include <filesystem>

#include "async/notifier.h"
#include "async/strand.h"
#include "registry/copier.h"
#include "registry/row.h"
#include "storage/replication/node/node_replicator.h"
#include "workspace/node_services.h"

namespace coditect::registry {

/// Keeps the copies that the object store has of a registry's workspaces up to date, and removes
/// there what no workspace needs any more.
///
/// Threads:  the registry's strand.
/// Lifetime: what it is made of outlives it and its calls. close(), then wait for run() to return.
/// Errors:   a copy that failed is tried again; nothing is lost by it, because the bundles have the
///           events.
class StoreKeeper {
 public:
  struct Parts {
    const workspace::NodeServices& services;
    replication::NodeReplicator& replicator;
    Rows& rows;
    std::filesystem::path root;  ///< the folder that holds the workspaces
  };
  StoreKeeper(const Strand& strand, Parts parts);

  /// Copies what is due, until close().
  awaitable<void> run();
  void close();

  /// A copy is due soon.
  void want(const WorkspaceId& id, replication::SyncReason reason);
  /// Makes a new workspace known to other nodes, and has it copied.
  awaitable<void> announce(workspace::Meta meta);
  /// A copy of one that is awake, now. The last event that it holds.
  awaitable<Result<Sequence>> copy_now(std::shared_ptr<Row> row);
  /// Removes a workspace's copy for ever.
  awaitable<Result<void>> erase(std::shared_ptr<Row> row);

 private:
  awaitable<Result<void>> copy(replication::WorkspaceTable::Due due);
  awaitable<Result<void>> copy_asleep(std::shared_ptr<Row> row, replication::SyncReason reason);
  awaitable<void> sweep();
  awaitable<std::uint64_t> blob_bytes(const WorkspaceId& id);
  workspace::Place place(const WorkspaceId& id) const;

  const Parts parts_;
  const Copier copier_;
  Notifier tick_;
  bool closing_ = false;
};

}  // namespace coditect::registry
