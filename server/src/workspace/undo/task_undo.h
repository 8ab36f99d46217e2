#pragma once

#include <string>
#include <vector>

#include "async/strand.h"
#include "base/json.h"
#include "storage/blobs/blob_store.h"
#include "workspace/checkpoints.h"
#include "workspace/queries.h"
#include "workspace/state/workspace_state.h"
#include "workspace/undo/hunks.h"

namespace coditect::workspace {

json::array to_json(const std::vector<Refused>& all);

/// Shows what a task changed, and takes it back, whole or piece by piece.
///
/// What later changes by others do not touch is merged, line by line; the rest is named.
///
/// Threads:    the workspace's strand.
/// Lifetime:   its parts outlive it.
/// Errors:     kNotFound for a task that nobody knows, kConflict for one that has not ended, for
///             places that others have changed since and for a version that is not the file's,
///             kLocked. Nothing has changed then.
class TaskUndo {
 public:
  struct Parts {
    EventLog& log;
    WorkspaceState& state;
    FileService& files;
    Checkpoints& checkpoints;
    Queries& queries;
    blobs::BlobStore& blobs;
  };

  explicit TaskUndo(Parts parts) : parts_(parts) {}

  /// {task, files: [{path, version, from?, hunks: [{id, kind, line?, removed?, added?, cut?,
  /// accepted}]}], refused: [{path, from_line?, to_line?, why}]}
  awaitable<Result<json::object>> changes(std::string task);

  enum class Conflicts {
    kRefuse,  ///< nothing is taken back where anything cannot be
    kSkip,    ///< what cannot be taken back stays
  };
  struct Reverted {
    Checkpoints::Restored restored;
    std::vector<Refused> refused;  ///< what stays
  };
  awaitable<Result<Reverted>> revert(Actor actor, std::string task, Conflicts conflicts);

  /// Pieces of one file, which has `version` (0: it is not there).
  struct Choice {
    std::string task;
    std::string path;
    Sequence version = 0;
    std::vector<std::string> hunks;  ///< their ids
  };
  /// Writes the file without these pieces. Its version then, 0 where it is not there.
  awaitable<Result<Sequence>> reject(Actor actor, Choice choice);
  /// Notes that somebody is content with these pieces.
  awaitable<Result<void>> accept(Actor actor, Choice choice);

  struct Accepted {
    std::size_t files = 0;
    std::size_t hunks = 0;
    std::vector<Refused> refused;  ///< files whose pieces stay as they were
  };
  /// accept() for many files, compared once: each file's pieces are accepted together, durably, or
  /// the file is among those refused. Each choice is of `task`.
  awaitable<Result<Accepted>> accept_files(Actor actor, std::string task,
                                           std::vector<Choice> choices);

 private:
  /// The files as they were when they were compared, and what they are without the task.
  struct Compared {
    FileIndex::Files now;
    Undone undone;
  };
  awaitable<Result<Compared>> compare(std::string task);
  awaitable<Result<std::vector<Hunk>>> choose(const Choice& choice, Compared& compared);
  static Result<std::vector<Hunk>> chosen(const Choice& choice, const Compared& compared);
  static EventDraft acceptance(const Actor& actor, Choice choice);
  awaitable<Result<Checkpoints::Restored>> bring(Actor actor, std::string task, std::string label,
                                                 Undone undone);
  Result<std::vector<TreeStep>> plan(const Undone& undone, const blobs::Tree& now) const;

  const Parts parts_;
};

}  // namespace coditect::workspace
