#pragma once

#include <string>
#include <vector>

#include "async/blocking_pool.h"
#include "async/strand.h"
#include "base/random.h"
#include "storage/blobs/blob_store.h"
#include "storage/blobs/snapshot.h"
#include "workspace/files/file_index.h"
#include "workspace/files/file_service.h"
#include "workspace/log/event_log.h"
#include "workspace/state/workspace_state.h"

namespace coditect::workspace {

/// Takes and restores snapshots of the project's tree.
///
/// Threads:    the workspace's strand.
/// Lifetime:   its parts outlive it.
/// Errors:     a restore that fails midway has made a checkpoint first: restoring that one undoes
///             it.
class Checkpoints {
 public:
  struct Parts {
    EventLog& log;
    WorkspaceState& state;
    FileService& files;
    blobs::BlobStore& blobs;
    BlockingPool& disk;
    Random& random;
  };

  explicit Checkpoints(Parts parts) : parts_(parts) {}

  /// Records the tree that came with the workspace and takes its files into the index.
  awaitable<Result<void>> record_provisioned(std::string actor);
  awaitable<Result<Checkpoint>> create(Actor actor, std::string label);
  struct Restored {
    Checkpoint before;  ///< the state that the restore replaced
    std::size_t changed = 0;
  };
  /// Brings every file back to what it was, one event for each that differs. Files that somebody
  /// else has locked are refused first: Errc::kLocked, nothing changed.
  awaitable<Result<Restored>> restore(Actor actor, std::string id);

 private:
  awaitable<Result<blobs::Tree>> snapshot();
  Checkpoint append(const Actor& actor, std::string label, const blobs::Tree& tree);

  const Parts parts_;
};

/// Takes the files of a tree manifest into an empty index, each with the version `seq`.
void adopt_tree(FileIndex& index, const std::vector<blobs::TreeEntry>& entries, Sequence seq);

}  // namespace coditect::workspace
