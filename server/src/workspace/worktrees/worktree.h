#pragma once

#include <map>
#include <string>
#include <vector>

#include "async/async_mutex.h"
#include "async/blocking_pool.h"
#include "async/strand.h"
#include "storage/blobs/blob_store.h"
#include "storage/blobs/snapshot.h"
#include "workspace/files/file_service.h"
#include "workspace/files/project_folder.h"
#include "workspace/log/event_log.h"
#include "workspace/state/worktree_book.h"

namespace coditect::workspace {

/// A task's own copy of the project, on the disk: what its tools read and write, and its commands
/// see. Only that task works in it, so nothing is locked. What is done to it is in the log before
/// it is answered, as `worktree_edit`.
///
/// Threads:    the workspace's strand; the disk is touched on the pool.
/// Lifetime:   its parts outlive it.
/// Invariants: after open() and between calls the folder is what the log says, but for what a
///             command is changing.
/// Errors:     as FileService's; nothing has changed then.
class Worktree {
 public:
  struct Parts {
    EventLog& log;
    const WorktreeBook& book;
    blobs::BlobStore& blobs;
    BlockingPool& disk;
  };

  /// `folder` holds the copy and what is on its way into it.
  Worktree(const Strand& strand, Parts parts, std::string task,
           const std::filesystem::path& folder);

  /// Makes the folder what the log says, where it is new or the machine has gone down. Where only
  /// the server has, completes the last write, and logs what a command had changed by then as that
  /// command's.
  awaitable<Result<void>> open();

  awaitable<Result<std::vector<FolderEntry>>> list(std::string path, int depth,
                                                   std::size_t entries_max) const;
  awaitable<Result<FileText>> read(std::string path) const;
  awaitable<Result<Written>> change(Actor actor, std::string path, FileService::Edit edit);
  /// After a command: logs what it has changed. The paths.
  awaitable<Result<std::vector<std::string>>> compare(Actor actor);

  const ProjectFolder& folder() const { return folder_; }

 private:
  struct Edited;

  const WorktreeInfo& info() const;
  Sequence version_of(const std::string& path) const;
  Result<blobs::Tree> take();
  awaitable<Result<blobs::Tree>> logged_tree() const;
  Result<Edited> prepare(const std::string& path, Sequence version, const FileService::Edit& edit);
  Result<void> make_folder(const blobs::Tree& logged);
  void complete_write(const std::optional<WorktreeInfo::Intent>& intent) const;
  awaitable<Result<std::vector<std::string>>> compare_guarded(const Actor& actor);
  /// Logs the changes, in several events where they are many; durable.
  awaitable<Result<Sequence>> record(const Actor& actor, const std::vector<TreeStep>& steps,
                                     const std::optional<WorktreeInfo::Intent>& intent);

  // Constant after construction.
  const Parts parts_;
  const std::string task_;
  const std::filesystem::path made_;  ///< says since which start of the machine the folder is whole
  const ProjectFolder folder_;
  // Touched only on the strand; the cache on the pool, by whoever holds changing_.
  AsyncMutex changing_;
  blobs::StatCache taken_before_;
};

}  // namespace coditect::workspace
