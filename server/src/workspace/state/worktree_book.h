#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/event.h"
#include "base/json.h"
#include "base/result.h"
#include "storage/blobs/tree.h"

namespace coditect::workspace {

/// A task's own copy of the project, as the log describes it: a tree and what differs from it.
struct WorktreeInfo {
  std::string task;
  std::string agent;   ///< whose task it is
  std::string base;    ///< hash of the manifest of the project's tree that it began as
  Sequence begun = 0;  ///< the event that says so
  /// What differs from the base, by path; nothing where something was removed.
  std::map<std::string, std::optional<blobs::TreeEntry>, std::less<>> changed = {};
  /// The last event that changed a path, where one did.
  std::map<std::string, Sequence, std::less<>> versions = {};
  /// The newest change, where it is a write: whether it has reached its place is not in the log.
  struct Intent {
    std::string path;
    std::string staged;  ///< the file's name on its way in; it is there until it is in its place
    std::string before;  ///< hash of what it replaces; "" for nothing
  };
  std::optional<Intent> intent = {};
  /// Files in which lines of two sides stand one after the other, between marks, for this task to
  /// decide.
  std::vector<std::string> conflicts = {};
};

/// The copies of a workspace that are neither merged nor discarded. Pure.
///
/// Threads:    one strand.
/// Invariants: only apply() changes it, so a replay gives the same book.
class WorktreeBook {
 public:
  using Worktrees = std::map<std::string, WorktreeInfo, std::less<>>;

  /// By task.
  const Worktrees& open() const { return open_; }
  const WorktreeInfo* find(std::string_view task) const;
  /// Whether the copy of this task, which has not ended, is in the project already.
  bool merged(std::string_view task) const { return merged_.contains(task); }

  Result<void> apply(const Event& event);

  json::array snapshot() const;
  static Result<WorktreeBook> restore(const json::array& snapshot);

 private:
  Worktrees open_;
  std::set<std::string, std::less<>> merged_;
};

/// Changes as events hold them: [{path, type, …}], of type "none" for what was removed.
json::object worktree_change(const std::string& path, const std::optional<blobs::TreeEntry>& entry);
/// {path, staged, before}.
json::object worktree_intent(const WorktreeInfo::Intent& intent);

}  // namespace coditect::workspace
