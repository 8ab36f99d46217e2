#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/strong_id.h"

namespace coditect::workspace {

/// One content of a file that the log knows, and its mode. Two are the same where both are.
struct FileVersion {
  std::string hash;
  std::uint32_t mode = 0644;
  // Where the content is to be had: `text`, or the file `path` as it was right after event `seq`.
  std::optional<std::string> text = {};
  std::string path = {};
  Sequence seq = 0;

  bool operator==(const FileVersion& other) const {
    return hash == other.hash && mode == other.mode;
  }
};

/// A file at one moment; nothing where there was none.
using FileThen = std::optional<FileVersion>;

/// What a task did to one file without anybody else in between: it changed its content, made it or
/// removed it, or moved it.
struct TaskRun {
  std::string path;
  std::string from;  ///< where the file was before it was moved; "" for every other run
  FileThen before;   ///< as is `after`, of no meaning for a move
  FileThen after;
  Sequence last = 0;  ///< event
  std::string later;  ///< who changed the path last since then, and with which event; "" for nobody
};

}  // namespace coditect::workspace
