#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <sys/types.h>

#include "base/result.h"

namespace coditect::databases {

/// The three files of a database in WAL mode: NAME.db, NAME.db-wal, NAME.db-shm.
///
/// Threads: any.
class DatabaseFiles {
 public:
  /// Which files are at the paths: device and inode of each, zeros where there is none.
  struct FileId {
    dev_t device;
    ino_t inode;
    bool operator==(const FileId&) const = default;
  };
  static constexpr FileId kNoFile{.device = 0, .inode = 0};
  using Identity = std::array<FileId, 3>;
  /// Places in an Identity.
  enum Place : std::size_t { kMain, kWal, kSharedMemory };

  explicit DatabaseFiles(std::filesystem::path path);

  const std::filesystem::path& path() const { return path_; }
  Identity identity() const;
  bool exists() const;
  /// Removes what there is of the three.
  Result<void> remove() const;

 private:
  const std::filesystem::path path_;
  const std::filesystem::path wal_;
  const std::filesystem::path shared_memory_;
};

}  // namespace coditect::databases
