#pragma once

#include <filesystem>
#include <string>
#include <utility>

#include "base/posix_file.h"
#include "base/result.h"

namespace coditect::workspace {

// Opening below a project's root without ever leaving it: the kernel resolves each path and
// refuses what leads out, whoever changes the folder meanwhile. Every call blocks.

/// Whether symbolic links inside the project are followed on the way to a path.
enum class Links { kFollowInside, kRefuse };

/// The root itself, to open others below it.
Result<FileDescriptor> open_root(const std::filesystem::path& root);
/// `path` below the open folder `root`; "" is that folder. `flags` are those of open(2).
Result<FileDescriptor> open_beneath(int root, const std::string& path, int flags, Links links);
/// The folder `folder`, with missing folders made, none of them a link.
Result<FileDescriptor> open_parent(int root, const std::string& folder);
/// A path's folder, "" for the root, and its last name.
std::pair<std::string, std::string> split_path(const std::string& path);
/// Deletes `folder` where it is empty, and then the folders above it that are.
void remove_empty_folders(int root, std::string folder);

}  // namespace coditect::workspace
