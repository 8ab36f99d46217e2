#pragma once

#include <functional>
#include <string>
#include <sys/stat.h>
#include <vector>

#include "base/posix_file.h"
#include "base/result.h"
#include "storage/blobs/snapshot.h"

namespace coditect::blobs {

/// Walks a folder by descriptors: a component that is swapped for a link cannot lead outside.
///
/// Threads:    one at a time.
/// Errors:     those of `file` are passed on; what cannot be looked at goes to `skipped`.
class FolderWalk {
 public:
  /// Gets each regular file, open for reading, with what the file system says of it.
  using OnFile =
      std::function<Result<void>(std::string path, FileDescriptor file, const struct stat& status)>;

  FolderWalk(const Ignore& ignore, Repositories repositories, const OnFile& file)
      : ignore_(ignore), repositories_(repositories), on_file_(file) {}

  Result<void> run(const std::filesystem::path& root);

  /// Symbolic links, and folders of which nothing else is in the tree; in no order.
  std::vector<TreeEntry> entries;
  std::vector<Skipped> skipped;

 private:
  Result<void> visit_folder(FileDescriptor folder, const std::string& path, std::size_t depth);
  Result<void> visit(int folder, const std::string& name, const std::string& path,
                     std::size_t depth);
  void visit_link(int folder, const std::string& name, const std::string& path);
  void skip(const std::string& path, std::string why);

  const Ignore& ignore_;
  const Repositories repositories_;
  const OnFile& on_file_;
  std::size_t recorded_ = 0;  ///< files, links and empty folders so far
};

}  // namespace coditect::blobs
