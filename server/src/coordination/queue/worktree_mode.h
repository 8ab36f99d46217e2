#pragma once

#include <string_view>

#include "base/result.h"

namespace coditect::queue {

/// Where a task works.
enum class WorktreeMode {
  kNone,   ///< in the project, under locks
  kMerge,  ///< in a copy of its own, whose changes go into the project when the task has succeeded
  kKeep,   ///< in a copy of its own, whose changes stay there until somebody merges them
};

/// The public names: "none", "merge", "keep".
std::string_view to_string(WorktreeMode mode);
Result<WorktreeMode> parse_worktree_mode(std::string_view text);

}  // namespace coditect::queue
