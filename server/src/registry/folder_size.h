#pragma once

#include <cstdint>
#include <filesystem>

namespace coditect::registry {

struct FolderSize {
  std::uint64_t content_bytes = 0;  ///< of its files
  std::uint64_t disk_bytes = 0;     ///< that the file system has set aside for it
};

/// What a folder and everything below it takes; links are not followed, and a file that has more
/// names counts for each. What cannot be read, or goes meanwhile, is left out.
///
/// Threads: any. Blocks: some microseconds for each file.
FolderSize folder_size(const std::filesystem::path& folder);

}  // namespace coditect::registry
