#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/event.h"
#include "base/json.h"
#include "base/result.h"

namespace coditect::workspace {

/// What the log says a file is.
struct FileInfo {
  Sequence version = 0;  ///< the event that changed it last
  std::string hash;      ///< hex SHA-256 of its content
  std::uint64_t size = 0;
  std::uint32_t mode = 0644;
  /// Modification time on disk when its content was last compared with `hash`, in ns since the
  /// epoch; 0 where that has not happened. A hint that saves reading the file, not part of the log.
  std::int64_t checked_ns = 0;
  /// Changes since an event last carried its whole content, and the bytes that they put in: what
  /// has to be read to know the content of today.
  std::size_t splices = 0;
  std::size_t splice_bytes = 0;
};

/// The files of a project as the log describes them.
///
/// Threads:    one strand.
/// Invariants: a replay of the same events gives the same index, but for checked_ns.
class FileIndex {
 public:
  using Files = std::map<std::string, FileInfo, std::less<>>;

  const Files& files() const { return files_; }
  const FileInfo* find(std::string_view path) const;
  /// Whether `path` is a folder, that is, whether a file lies below it.
  bool is_folder(std::string_view path) const;
  void set_checked(std::string_view path, std::int64_t checked_ns);

  /// Applies a `file_edit`; ignores other events.
  void apply(const Event& event);
  /// Takes the files of the tree that came with the workspace.
  void adopt(std::string path, FileInfo info);

  json::object snapshot() const;
  static Result<FileIndex> restore(const json::object& snapshot);

 private:
  Files files_;
};

}  // namespace coditect::workspace
