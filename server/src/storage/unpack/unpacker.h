#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <stop_token>
#include <string>
#include <unordered_map>

#include "base/posix_file.h"
#include "storage/unpack/archive_reader.h"
#include "storage/unpack/unpack.h"

namespace coditect::unpack {

/// Writes the entries of one archive below a folder that nobody else knows.
///
/// Threads:    one; blocking.
/// Invariants: until make_links() the folder holds folders and plain files only, so a path below
///             it leads nowhere else; seen_ knows every one of them.
class Unpacker {
 public:
  /// `archive_bytes` is the archive's own size.
  Unpacker(std::filesystem::path root, std::uint64_t archive_bytes, const Limits& limits,
           std::stop_token stop)
      : root_(std::move(root)),
        archive_bytes_(archive_bytes),
        limits_(limits),
        stop_(std::move(stop)) {}

  /// Writes all folders and files, and remembers the links.
  Result<void> take_all(ArchiveReader& reader);
  /// The folder that alone stands at the top and holds everything else; "" where there is none. One
  /// whose name begins with a dot is part of a project.
  std::string single_top() const;
  /// Makes the links below `folder`, where everything below `top` is now.
  Result<void> make_links(const std::filesystem::path& folder, const std::string& top);

  const Unpacked& result() const { return result_; }

 private:
  enum class Kind { kFile, kFolder, kLink };

  Result<void> take(ArchiveReader& reader, const ArchiveEntry& entry);
  Result<void> take_folder(const std::string& path, mode_t mode);
  Result<void> take_file(ArchiveReader& reader, const std::string& path, const ArchiveEntry& entry);
  Result<void> take_git_config(ArchiveReader& reader, const std::string& path,
                               const ArchiveEntry& entry);
  Result<void> take_hard_link(const std::string& path, const ArchiveEntry& entry);
  Result<void> take_link(const std::string& path, const ArchiveEntry& entry);
  /// Notes that `path` is there as `kind`, its parents being folders, which it makes.
  Result<void> place(const std::string& path, Kind kind);
  Result<FileDescriptor> create(const std::string& path);
  /// Counts one more thing on the disk.
  Result<void> count(const std::string& path);
  /// Whether `more` bytes may be unpacked beside those that are.
  Result<void> allow(std::uint64_t more);
  /// An entry of which nothing is written is read all the same.
  Result<void> leave_out(const std::string& path, const ArchiveEntry& entry, std::string why);

  const std::filesystem::path root_;
  const std::uint64_t archive_bytes_;
  const Limits limits_;
  const std::stop_token stop_;
  std::unordered_map<std::string, Kind> seen_;
  std::map<std::string, std::string> links_;  ///< their targets
  std::set<std::string> tops_;                ///< first parts of all paths
  std::size_t entries_ = 0;
  std::uint64_t passed_over_ = 0;  ///< bytes of what was left out
  std::uint64_t looked_at_ = 0;    ///< bytes written when the disk was last looked at
  Unpacked result_;
};

}  // namespace coditect::unpack
