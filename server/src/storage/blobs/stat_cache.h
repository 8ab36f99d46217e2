#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <unordered_map>

namespace coditect::blobs {

/// What was known of the files of one folder when a store last took them, so that what nobody has
/// written to since is not read again.
///
/// A file counts as unchanged while its inode, size and both of its times are the same. A time of
/// change cannot be set back by a program without special rights, and one that is too recent for
/// the next write to show is not trusted.
///
/// Threads:  one at a time.
/// Lifetime: a value; about 250 bytes a file.
class StatCache {
 public:
  /// The hash of the content, which the store has; null where it has to be read.
  const std::string* find(std::string_view path, const struct stat& status) const;
  /// `status` is that of before the content was read, `read_began_ns` when that began, since the
  /// epoch.
  void keep(std::string path, const struct stat& status, std::string hash,
            std::int64_t read_began_ns);

  /// Of the manifest of the last tree, which the store has too; "" at first.
  std::string manifest_hash;

 private:
  struct Known {
    std::uint64_t inode = 0;
    std::int64_t size = 0;
    std::int64_t modified_ns = 0;
    std::int64_t changed_ns = 0;
    std::string hash;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view path) const {
      return std::hash<std::string_view>()(path);
    }
  };

  static Known describe(const struct stat& status);

  std::unordered_map<std::string, Known, Hash, std::equal_to<>> files_;
};

/// Now, since the epoch, by the clock that the file system uses.
std::int64_t file_time_now_ns();

}  // namespace coditect::blobs
