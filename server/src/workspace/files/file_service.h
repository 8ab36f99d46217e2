#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "async/async_mutex.h"
#include "async/blocking_pool.h"
#include "async/strand.h"
#include "base/clock.h"
#include "base/event.h"
#include "coordination/locks/lock_table.h"
#include "storage/blobs/blob_store.h"
#include "workspace/files/actor.h"
#include "workspace/files/change_guard.h"
#include "workspace/files/file_index.h"
#include "workspace/files/project_folder.h"
#include "workspace/files/tree_step.h"
#include "workspace/log/event_log.h"

namespace coditect::workspace {

struct FileText {
  std::string text;
  Sequence version = 0;
};

/// A file's content, text or not.
struct FileBytes {
  std::string bytes;
  Sequence version = 0;
};

/// What an edit starts from.
struct CurrentFile {
  std::optional<std::string> text;  ///< nothing where the file does not exist
  Sequence version = 0;             ///< 0 where the file does not exist
};

struct Written {
  Sequence version = 0;
  Sequence seq = 0;
};

/// Many changes that are one: all of them are made, or none.
struct TreeChange {
  std::vector<TreeStep> steps;
  json::object data;  ///< of the `tree_restored` event, without what this adds to it
};

/// Reads and writes the project's files, one change of a path at a time, every change an event.
///
/// A change is checked (lock, fencing token, base version), staged and synced, logged, durable, and
/// only then put in place. When the machine stops in between, finish_writes() completes it. When it
/// cannot be put in place, because another program was quicker or the disk refuses, what the file
/// is instead is logged at once, so that log and disk agree, and the caller gets an error.
///
/// Threads:    the workspace's strand; the disk is touched on the pool.
/// Lifetime:   the log, the lock table, the index and the pool outlive it.
/// Invariants: two writes of one path do not overlap; a version is never given twice.
/// Errors:     kNotFound, kConflict (changed since base_version, or by another program just now),
///             kLocked, kDenied (path leads out), kInvalid (not text), kLimit (too large, or the
///             log is full). The file is not changed then; a message that names an event says
///             that the change is in the log, followed by what took it back.
class FileService {
 public:
  using Edit = std::function<Result<std::string>(const CurrentFile&)>;

  struct Parts {
    EventLog& log;
    locks::LockTable& locks;
    FileIndex& index;
    blobs::BlobStore& blobs;
    BlockingPool& disk;
    const Clock& clock;
  };

  FileService(Strand strand, Parts parts, ProjectFolder folder);

  /// The version is 0 for what the log does not follow: ignored folders and links.
  awaitable<Result<FileText>> read(std::string path);
  /// The same of a file that need not be text, for pictures and the like.
  awaitable<Result<FileBytes>> read_bytes(std::string path);
  /// Applies `edit` to the current content. With `base_version`, kConflict unless the file still
  /// has it (0: the file must not exist). With `token`, that lock must still be the writer's.
  awaitable<Result<Written>> change(Actor actor, std::string path,
                                    std::optional<Sequence> base_version,
                                    std::optional<std::uint64_t> token, Edit edit);
  /// Replaces a file with any bytes, whatever it is now; its lock must be free or the actor's own.
  awaitable<Result<Written>> put(Actor actor, std::string path, std::string bytes,
                                 std::uint32_t mode);
  awaitable<Result<Written>> move(Actor actor, std::string from, std::string to,
                                  std::optional<Sequence> base_version);
  awaitable<Result<Written>> remove(Actor actor, std::string path,
                                    std::optional<Sequence> base_version);

  /// Makes all steps or none, also through a crash, as one `tree_restored` event and a `file_edit`
  /// for each file. Contents that the steps name are in the blob store. kLocked where somebody else
  /// has a lock on any of the paths, kConflict where any of them is not as its step says: nothing
  /// has changed then. The event's number.
  awaitable<Result<Sequence>> change_tree(Actor actor, TreeChange change);
  /// Whether the actor may change all of the paths now, as far as locks are concerned.
  Result<void> check_locks(const Actor& actor, const std::vector<TreeStep>& steps) const;

  /// Compares the file on disk with the index and logs a change that somebody made without us.
  awaitable<Result<void>> reconcile(std::string path, Actor actor);
  /// reconcile() for everything below `folder` ("" for the whole project) that may have changed.
  awaitable<Result<void>> reconcile_folder(std::string folder, Actor actor);
  /// After a crash: completes the changes that were logged and not put in place. `edits` are the
  /// file_edit and tree_restored events to check, in order.
  awaitable<Result<void>> finish_writes(std::vector<Event> edits);

  /// Whether a change is in the log and not yet on the disk: a state that is saved now would say
  /// that it is.
  bool placing() const { return placing_ > 0; }
  /// Set once, before the first call of anything; it outlives the last one.
  void set_guard(ChangeGuard& guard) { guard_ = &guard; }

  /// Keeps these files as they are until what it gives is let go: a change of them waits, and those
  /// that were under way have come to their end.
  awaitable<std::shared_ptr<void>> hold(std::set<std::string> paths);

  const ProjectFolder& folder() const { return folder_; }
  const FileIndex& index() const { return parts_.index; }

 private:
  struct OnDisk {
    std::optional<FileContent> content;  ///< nothing where there is no such file
    std::string hash;                    ///< "" without content
    std::optional<Error> no_file;        ///< why what is there is no file of the project
  };
  /// What must still hold at the moment a write is logged.
  struct Precondition {
    std::optional<Sequence> base_version;
    std::optional<std::uint64_t> token;
  };
  class PathGuard;
  struct ReadyTree;
  /// Counts a change while it is logged and not in place.
  class Placing {
   public:
    explicit Placing(std::size_t& count) : count_(count) { ++count_; }
    Placing(const Placing&) = delete;
    Placing& operator=(const Placing&) = delete;
    ~Placing() { --count_; }

   private:
    std::size_t& count_;
  };

  awaitable<std::shared_ptr<PathGuard>> guard(const std::string& path);
  awaitable<Result<OnDisk>> load(const std::string& path);
  /// load(), after a change that does not stand was put back.
  awaitable<Result<OnDisk>> load_guarded(const std::string& path);
  awaitable<Result<OnDisk>> reconcile_guarded(const std::string& path, const Actor& actor);
  /// The file as it is now, after reconcile_guarded(). An Error where it is no file.
  awaitable<Result<OnDisk>> current(const std::string& path);
  awaitable<Result<Written>> write_guarded(Actor actor, std::string path, Precondition precondition,
                                           const OnDisk& before, std::string after,
                                           std::uint32_t mode);
  /// Whether no other file stands where `path` or a folder above it is to be.
  Result<void> check_place(const std::string& path) const;
  Result<void> check_base(const std::string& path, std::optional<Sequence> base_version) const;
  /// A logged change whose file could not be put in place.
  struct Unplaced {
    Sequence seq = 0;
    std::string staged;
    std::map<std::string, std::string> before;  ///< hash by path; "" where there was no file
  };
  /// Logs what is there instead. The error that the caller gets, made from `why`.
  awaitable<Error> take_back(Unplaced unplaced, Error why);
  awaitable<void> discard(std::string staged);
  Result<void> check_tree(const Actor& actor, const std::vector<TreeStep>& steps) const;
  awaitable<Error> take_tree_back(Sequence seq, const std::set<std::string>& paths, Error why);

  // Constant after construction.
  const Strand strand_;
  const Parts parts_;
  const ProjectFolder folder_;
  ChangeGuard* guard_ = nullptr;
  // Touched only on strand_.
  std::map<std::string, std::weak_ptr<AsyncMutex>, std::less<>> path_mutexes_;
  std::size_t mutexes_swept_at_ = 64;  ///< how many there may be before those unused are dropped
  std::size_t placing_ = 0;
};

}  // namespace coditect::workspace
