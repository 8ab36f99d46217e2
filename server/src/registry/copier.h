#pragma once

#include <memory>

#include "async/strand.h"
#include "storage/replication/node/node_replicator.h"
#include "workspace/meta.h"
#include "workspace/place.h"
#include "workspace/workspace.h"

namespace coditect::registry {

/// Copies whole workspaces to the object store, beside the node's log: archive, files, manifest.
///
/// Threads:  any strand; one copy of a workspace at a time.
/// Lifetime: what it is made of outlives it and its calls.
/// Errors:   those of NodeReplicator::copy(). Nothing is lost by a copy that failed: the bundles
///           have the events.
class Copier {
 public:
  Copier(replication::NodeReplicator& replicator, BlockingPool& disk)
      : replicator_(replicator), disk_(disk) {}

  /// Of one that is awake: its people see how far it is, as `progress` notifications. The last
  /// event that the local archive held.
  awaitable<Result<Sequence>> copy_awake(std::shared_ptr<workspace::Workspace> workspace,
                                         workspace::Meta meta,
                                         replication::SyncReason reason) const;
  /// What is to be copied of one that sleeps.
  struct Asleep {
    std::unique_ptr<blobs::BlobStore> blobs;
    Sequence head = 0;  ///< the last event of its archive
    replication::NodeReplicator::Mark mark;
  };
  /// It must not wake meanwhile.
  awaitable<Result<Asleep>> open_asleep(workspace::Place place, WorkspaceId id) const;
  /// It may wake meanwhile: what it then does comes with the next copy.
  awaitable<Result<void>> copy_asleep(Asleep asleep, workspace::Meta meta,
                                      replication::SyncReason reason) const;

 private:
  awaitable<Result<json::value>> copy_on_strand(workspace::Workspace& workspace,
                                                replication::NodeReplicator::Mark mark,
                                                workspace::Meta meta,
                                                replication::SyncReason reason) const;

  replication::NodeReplicator& replicator_;
  BlockingPool& disk_;
};

}  // namespace coditect::registry
