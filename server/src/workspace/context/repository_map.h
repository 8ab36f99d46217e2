#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "workspace/files/file_index.h"

namespace coditect::workspace {

/// A map has at most so many bytes: some 1,500 tokens, at three bytes a token of paths.
inline constexpr std::size_t kRepositoryMapBytesMax = 4'500;

/// What a project consists of, in a few lines for an agent that begins: its languages, build files,
/// and all paths where they are few, else folders with the number of files below them. The same
/// for the same set of paths, whatever their content, so that vendors can cache what begins with
/// it. "" for no files. Pure.
std::string repository_map(const FileIndex::Files& files);

/// A path, and how often it was changed.
struct ChangedPath {
  std::string path;
  std::size_t times = 0;
};

/// "Changed most lately: …", a line; "" for none. `changes` newest first. Pure.
std::string most_changed(const std::vector<ChangedPath>& changes);

}  // namespace coditect::workspace
