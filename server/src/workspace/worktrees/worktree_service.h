#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "async/blocking_pool.h"
#include "async/strand.h"
#include "storage/blobs/blob_store.h"
#include "workspace/checkpoints.h"
#include "workspace/files/file_service.h"
#include "workspace/log/event_log.h"
#include "workspace/state/workspace_state.h"
#include "workspace/worktrees/tree_merge.h"
#include "workspace/worktrees/worktree.h"

namespace coditect::workspace {

/// How a merge of a task's own copy into the project ended.
struct WorktreeMerge {
  std::vector<std::string> paths;        ///< that came into the project
  std::string before;                    ///< the checkpoint of what the project was
  std::vector<MergeConflict> conflicts;  ///< where there are any, nothing came into the project
  /// With conflicts: the project's tree that was merged with, and how a copy that somebody decides
  /// them in differs from it.
  std::string tree;
  TreeMerge::Changes undecided;
};

/// The copies of the project that tasks work in, each on its own, and their way back into it.
///
/// Threads:    the workspace's strand.
/// Lifetime:   its parts outlive it; a Worktree lives while its task runs.
/// Invariants: a copy goes when it is merged or discarded, never because its task ended.
/// Errors:     kNotFound for a task without a copy, kConflict while its task runs, kLimit beyond
///             limits::kWorktreesMax.
class WorktreeService {
 public:
  struct Parts {
    EventLog& log;
    const WorkspaceState& state;
    Checkpoints& checkpoints;
    FileService& files;
    blobs::BlobStore& blobs;
    BlockingPool& disk;
    std::filesystem::path root;  ///< of the folders, one a task
  };

  WorktreeService(const Strand& strand, Parts parts) : strand_(strand), parts_(std::move(parts)) {}

  /// Removes the folders of copies that are no more. At the workspace's start.
  awaitable<void> sweep();

  /// Makes the task's copy, from the checkpoint that was made before it, or as it was left. The
  /// task's tools work in it until close().
  awaitable<Result<void>> open(std::string task, std::string agent);
  void close(const std::string& task) { running_.erase(task); }
  /// The copy that a running task works in; null where it works in the project.
  Worktree* find(const std::string& task) const;

  /// Whether what this task, which has not ended, did in its copy is in the project already.
  bool merged(const std::string& task) const { return parts_.state.worktrees.merged(task); }

  /// Waits until a path of the project is free, and keeps it. An Error ends the merge.
  using Wait = std::function<awaitable<Result<void>>(std::string path)>;
  /// Brings what the task did in its copy into the project, all of it or, where there are
  /// conflicts, nothing. Where somebody else has locked what it changes, `wait`; kLocked without
  /// it.
  awaitable<Result<WorktreeMerge>> merge(std::string task, Actor actor, Wait wait = {});
  /// Logs that what a merge left undecided goes on as the copy of another task.
  void hand_over(const std::string& from, const std::string& to, const WorktreeMerge& merge);
  awaitable<Result<void>> discard(std::string task, Actor actor);
  /// How the copy's files differ from what it began as, in unified format; of one where `path` is
  /// given.
  awaitable<Result<std::string>> diff(std::string task, std::string path);

 private:
  struct Planned;

  std::filesystem::path folder_of(const std::string& task) const { return parts_.root / task; }
  Result<WorktreeInfo> need(const std::string& task) const;
  awaitable<Result<void>> check_decided(const WorktreeInfo& info);
  awaitable<Result<WorktreeMerge>> merge_once(const WorktreeInfo& info, const Actor& actor);
  /// Of those that the copy changed, the first that others have locked; "" for none.
  std::string locked_path(const WorktreeInfo& info, const Actor& actor) const;
  awaitable<void> remove_folder(std::string task);

  const Strand strand_;
  const Parts parts_;
  // Touched only on strand_.
  std::map<std::string, std::unique_ptr<Worktree>> running_;
  std::set<std::string> merging_;
};

}  // namespace coditect::workspace
