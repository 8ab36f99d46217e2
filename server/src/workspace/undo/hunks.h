#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tools/shortest_edit.h"
#include "workspace/undo/undo_runs.h"

namespace coditect::workspace {

/// One piece of what a task changed in a file and what is still there.
struct Hunk {
  enum class Kind {
    kLines,    ///< `removed` gave way to `added`
    kCreated,  ///< the file; `added` is its text
    kRemoved,  ///< the file; `removed` was its text
    kRenamed,  ///< the file came from another path
    kMode,     ///< permission bits, octal
    kContent,  ///< all of a file that is not text
  };
  /// The same as long as the same lines of the file are the task's, wherever they move to.
  std::string id;
  Kind kind = Kind::kLines;
  std::size_t line = 0;  ///< of the file as it is, counted from 1; where lines were removed, the
                         ///< one that follows; 0 unless it is kLines
  std::string removed;
  std::string added;
  tools::Change change;  ///< of kLines, from the file without the task to the file as it is
};

std::string_view to_string(Hunk::Kind kind);

/// All pieces of one file, in its order. None where the file went away by a move: the other path
/// has it. Pure.
std::vector<Hunk> hunks_of(std::string_view task, const std::string& path,
                           const Undone::File& file);

/// The file without `rejected`, some of its hunks; nothing where it is not there then. Pure.
FileThen without_hunks(const Undone::File& file, std::span<const Hunk> rejected);

}  // namespace coditect::workspace
