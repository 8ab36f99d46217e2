#pragma once

#include <filesystem>
#include <string>
#include <utility>

#include "base/strong_id.h"

namespace coditect::workspace {

/// Where a workspace lives on the local disk; the object store has the same layout.
///
///     organizations/{org}/teams/{team}/users/{user}/workspaces/{id}/
///         workspace.json   what the registry knows of it while it is asleep
///         state.json       its state at some event, so that waking need not read the whole log
///         projects/        the working tree
///         databases/       six SQLite views
///         sessions/        the log, and sessions/blobs/ what is too large for it
///         vector-store/    embeddings
///         staging/         files on their way into projects/
///         worktrees/       copies of projects/ that tasks work in; made anew from the log
///         homes/           a folder for each agent that is a program of its own
class Place {
 public:
  explicit Place(std::filesystem::path root) : root_(std::move(root)) {}

  const std::filesystem::path& root() const { return root_; }
  std::filesystem::path meta_file() const { return root_ / "workspace.json"; }
  std::filesystem::path state_file() const { return root_ / "state.json"; }
  std::filesystem::path projects() const { return root_ / "projects"; }
  std::filesystem::path sessions() const { return root_ / "sessions"; }
  std::filesystem::path blobs() const { return root_ / "sessions" / "blobs"; }
  std::filesystem::path vector_store() const { return root_ / "vector-store"; }
  std::filesystem::path worktrees() const { return root_ / "worktrees"; }
  std::filesystem::path staging() const { return root_ / "staging"; }
  std::filesystem::path homes() const { return root_ / "homes"; }

 private:
  std::filesystem::path root_;
};

}  // namespace coditect::workspace
