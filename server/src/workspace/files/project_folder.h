#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace coditect::workspace {

/// What the file system says of one path below the project.
struct FileStat {
  enum class Kind { kFile, kFolder, kSymlink, kOther };
  Kind kind = Kind::kFile;
  std::uint64_t size = 0;        ///< bytes
  std::int64_t modified_ns = 0;  ///< since the epoch
  std::uint32_t mode = 0;        ///< permission bits
};

struct FileContent {
  std::string bytes;
  FileStat stat;
};

struct FolderEntry {
  std::string path;  ///< relative to the project
  FileStat stat;
};

/// The files of one project on the local disk. No call leaves the project: paths are resolved by
/// the kernel below its root (openat2, RESOLVE_BENEATH), so neither `..` nor a symbolic link,
/// present or put there in a race, leads out.
///
/// Threads:  any; every call blocks on the disk.
/// Lifetime: a value; it holds two paths and no descriptor.
/// Errors:   kNotFound, kDenied for a path that leads out or through a symbolic link where a write
///           may not, kInvalid for what is not a regular file, kLimit for one that is too large.
class ProjectFolder {
 public:
  /// `staging` is a folder on the same file system, outside the project, for files on their way in.
  ProjectFolder(std::filesystem::path root, std::filesystem::path staging);

  const std::filesystem::path& root() const { return root_; }

  /// The content of a regular file of at most `bytes_max`. Follows links that stay inside.
  Result<FileContent> read(const std::string& path, std::size_t bytes_max) const;
  /// The path itself, not what a link points to.
  Result<FileStat> stat(const std::string& path) const;

  /// Whether a file can be put at `path`: the way there leads through folders, not through a file
  /// or a link, and `path` itself is free or a regular file. Errc::kInvalid or kDenied otherwise.
  Result<void> can_hold(const std::string& path) const;
  /// Writes `bytes` to a new file in the staging folder and syncs it. Returns its name.
  Result<std::string> stage(std::string_view bytes, std::uint32_t mode) const;
  /// Moves a staged file to `path`, replacing what is there, and creates missing folders.
  Result<void> publish(const std::string& staged, const std::string& path) const;
  /// Makes durable what was published, moved and removed: the whole file system's writes.
  Result<void> sync() const;
  void discard(const std::string& staged) const;
  /// Deletes what a crash left in the staging folder.
  void clear_staging() const;

  /// Renames a file. Errc::kConflict when `to` exists.
  Result<void> move(const std::string& from, const std::string& to) const;
  /// Deletes a file or link, and its folders that are empty then.
  Result<void> remove(const std::string& path) const;

  /// Everything below `path` ("" is the root), sorted by path, at most `depth` levels and
  /// `entries_max` entries. Links are listed, not followed. `.git` is left out.
  Result<std::vector<FolderEntry>> list(const std::string& path, int depth,
                                        std::size_t entries_max) const;

 private:
  const std::filesystem::path root_;
  const std::filesystem::path staging_;
};

}  // namespace coditect::workspace
