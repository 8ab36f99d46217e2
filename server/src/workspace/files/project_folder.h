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
  enum class Way { kPlain, kThroughLink } way = Way::kPlain;  ///< how its path leads to it
};

struct FolderEntry {
  std::string path;  ///< relative to the project
  FileStat stat;
};

/// The files of one project on the local disk. No call leaves the project: paths are resolved by
/// the kernel below its root (openat2, RESOLVE_BENEATH), so neither `..` nor a symbolic link,
/// present or put there in a race, leads out.
///
/// Programs that know nothing of this class change the same files. So a change is prepared in the
/// staging folder, exchanged with what is there in one step of the kernel, and only then is what
/// came out compared with what was expected: a program that was quicker gets its file back.
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
  /// Whether `path` is still what was read before: no file where `was` is null, else the same
  /// content, whose hash is `hash`. Errc::kConflict otherwise.
  Result<void> still_is(const std::string& path, const FileStat* was,
                        const std::string& hash) const;
  /// Whether a staged file is on the disk when stage() returns, or only after the next sync().
  enum class Staged { kSynced, kUnsynced };
  /// Writes `bytes` to a new file in the staging folder. Returns its name.
  Result<std::string> stage(std::string_view bytes, std::uint32_t mode,
                            Staged how = Staged::kSynced) const;
  /// Hex SHA-256 of a staged file.
  Result<std::string> staged_hash(const std::string& staged) const;
  /// Moves a staged file to `path`, creating missing folders, where the content there has the hash
  /// `before` ("": where nothing is). Errc::kConflict otherwise: what is there stays, and so does
  /// the staged file.
  Result<void> publish(const std::string& staged, const std::string& path,
                       const std::string& before) const;
  /// Makes durable what was published, moved and removed: the whole file system's writes.
  Result<void> sync() const;
  void discard(const std::string& staged) const;
  /// Deletes what a crash left in the staging folder.
  void clear_staging() const;

  /// Renames a file. Errc::kConflict when `to` exists.
  Result<void> move(const std::string& from, const std::string& to) const;
  /// Deletes the file where its content has the hash `before`, and its folders that are empty then.
  /// Errc::kConflict otherwise, and it stays. `staged` is a staged file that makes way for it.
  Result<void> remove(const std::string& path, const std::string& before,
                      const std::string& staged) const;

  /// Everything below `path` ("" is the root), sorted by path, at most `depth` levels and
  /// `entries_max` entries. Links are listed, not followed. `.git` is left out.
  Result<std::vector<FolderEntry>> list(const std::string& path, int depth,
                                        std::size_t entries_max) const;

 private:
  const std::filesystem::path root_;
  const std::filesystem::path staging_;
};

}  // namespace coditect::workspace
