#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "workspace/undo/task_run.h"

namespace coditect::workspace {

/// A place that stays as it is, because others have changed it since.
struct Refused {
  std::string path;
  std::size_t from_line = 0;  ///< counted from 1; 0: the whole file
  std::size_t to_line = 0;
  std::string why;
};

/// The files that a task touched, as they are and as they would be without it.
struct Undone {
  struct File {
    FileThen now;
    FileThen then;
    std::string moved_to;    ///< the other file of a move that is taken back: this one comes
    std::string moved_from;  ///< this one goes
  };
  std::map<std::string, File> files;  ///< only those that differ
  std::vector<Refused> refused;
};

/// The content of a version, from wherever it is kept.
using ContentOf = std::function<Result<std::string>(const FileVersion& version)>;

/// Takes `runs`, oldest first, out of the files as they are `now`, the last one first. Later
/// changes by others stay; where they do not touch what the task changed, line by line, both are
/// right, otherwise the task's change stays too and is named. Errors are those of `content`.
Result<Undone> undo_runs(std::span<const TaskRun> runs, std::map<std::string, FileThen> now,
                         const ContentOf& content);

}  // namespace coditect::workspace
