#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace coditect::tools {

/// What a folder holds.
struct FolderUse {
  std::uint64_t bytes = 0;          ///< on disk, each file once
  std::uint64_t written_bytes = 0;  ///< of it, in files that were changed since a moment
  std::uint64_t written_files = 0;  ///< changed since then, folders too
};

/// Counts what is below `folder`, without following links or entering other file systems. By the
/// time of change, which no program can set. Stops beyond `files_max` entries. Blocking.
FolderUse folder_use(const std::filesystem::path& folder,
                     std::chrono::system_clock::time_point since, std::uint64_t files_max);

/// What the file system that holds `folder` is to keep free for the server, in bytes.
std::uint64_t disk_reserve(const std::filesystem::path& folder);

/// Sees whether a running command fills the disk. What it looks at each time is what the file
/// system says is free; only when that has shrunk the project is counted.
///
/// Threads: one at a time; check() blocks while it counts.
class DiskWatch {
 public:
  struct Limits {
    std::uint64_t written_bytes;
    std::uint64_t written_files;
    std::uint64_t project_bytes;
    std::uint64_t reserve_bytes;  ///< that the file system keeps free
  };

  DiskWatch(std::filesystem::path project, Limits limits);

  /// Why the command must end, in words for its reader; nothing while it may go on.
  std::optional<std::string> check();

 private:
  struct Free {
    std::uint64_t bytes = 0;
    std::uint64_t files = 0;
  };
  std::optional<Free> free() const;
  std::optional<std::string> count();

  const std::filesystem::path project_;
  const Limits limits_;
  const std::chrono::system_clock::time_point begun_;
  std::optional<Free> at_start_;
  Free counted_;  ///< what was free when the project was last counted
};

}  // namespace coditect::tools
