#pragma once

#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "async/async_mutex.h"
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
/// Errors:     nothing has changed then.
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

  Checkpoints(const Strand& strand, Parts parts) : parts_(parts), taking_(strand) {}

  /// Hears every event before it is applied: which files change while a tree is read.
  void before_apply(const Event& event);

  /// Records the tree that came with the workspace and takes its files into the index.
  awaitable<Result<void>> record_provisioned(std::string actor);
  awaitable<Result<Checkpoint>> create(Actor actor, std::string label);
  /// Keeps the tree as it is before a task touches it, once a task: a second attempt of it does
  /// nothing.
  awaitable<Result<void>> before_task(std::string task);
  struct Restored {
    Checkpoint before;  ///< the state that the restore replaced
    std::size_t changed = 0;
    std::vector<std::string> left_out;  ///< files too large to be followed, which stay as they are
  };
  /// Brings everything, or what is at or below `path`, back to what it was: files with content and
  /// mode, links, empty folders. All of it or nothing (FileService::change_tree); a checkpoint of
  /// what is replaced comes first. Errc::kLocked where somebody else has a lock on any of it.
  awaitable<Result<Restored>> restore(Actor actor, std::string id, std::string path);

  /// The project's files right after an event, by path, with their contents in the blob store.
  struct Moment {
    Sequence seq = 0;
    std::vector<blobs::TreeEntry> files;
  };
  /// The same for files alone, which the log knows at every moment. Links and empty folders stay,
  /// but for those that are in a file's place or way.
  awaitable<Result<Restored>> restore_moment(Actor actor, Moment moment, std::string path);

  /// Makes steps from the tree as it is. Runs on the pool; may block.
  using Plan = std::function<Result<std::vector<TreeStep>>(const blobs::Tree& now)>;
  /// Does what `plan` says to the tree as it is at that moment; where somebody is quicker, the plan
  /// is made anew. `of` is what is restored or reverted, for the event, to whose data `more` is
  /// added; `label` the checkpoint's.
  awaitable<Result<Restored>> change(Actor actor, std::string of, std::string label, Plan plan,
                                     json::object more = {});

 private:
  /// The project's tree as it is once everything is read: what changes meanwhile is looked at
  /// again.
  awaitable<Result<blobs::Tree>> snapshot();
  awaitable<Result<blobs::Tree>> read_tree();
  Result<std::vector<TreeStep>> steps_to(const Checkpoint& wanted, const std::string& path,
                                         const blobs::Tree& now) const;
  static Result<std::vector<TreeStep>> steps_between_trees(
      const std::vector<blobs::TreeEntry>& now, const std::vector<blobs::TreeEntry>& then,
      const std::string& path);
  awaitable<Result<Restored>> change_once(const Actor& actor, const std::string& of,
                                          const std::string& label, const Plan& plan,
                                          const json::object& more);
  Checkpoint append(const Actor& actor, std::string label, const blobs::Tree& tree);

  // Constant after construction.
  const Parts parts_;
  // Touched only on the strand; the cache on the pool, by whoever holds taking_.
  AsyncMutex taking_;
  blobs::StatCache taken_before_;
  /// Paths of the latest changes, the newest last: all of those while a tree is read, and some from
  /// before, which may not have reached the folder yet.
  std::deque<std::string> touched_;
  bool reading_ = false;
};

/// Takes the files of a tree manifest into an empty index, each with the version `seq`.
void adopt_tree(FileIndex& index, const std::vector<blobs::TreeEntry>& entries, Sequence seq);

}  // namespace coditect::workspace
