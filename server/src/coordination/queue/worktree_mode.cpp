#include "coordination/queue/worktree_mode.h"

#include <string>

namespace coditect::queue {

std::string_view to_string(WorktreeMode mode) {
  switch (mode) {
    case WorktreeMode::kMerge: return "merge";
    case WorktreeMode::kKeep: return "keep";
    case WorktreeMode::kNone: break;
  }
  return "none";
}

Result<WorktreeMode> parse_worktree_mode(std::string_view text) {
  if (text == "none") return WorktreeMode::kNone;
  if (text == "merge") return WorktreeMode::kMerge;
  if (text == "keep") return WorktreeMode::kKeep;
  return invalid("'" + std::string(text) + "' is no way to use a worktree",
                 "use none, merge or keep");
}

}  // namespace coditect::queue
