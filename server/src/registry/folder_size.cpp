#include "registry/folder_size.h"

#include <sys/stat.h>

namespace coditect::registry {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kBlockBytes = 512;  // the unit of st_blocks, whatever the file system's is

void add(const fs::path& path, FolderSize& size) {
  struct stat status{};
  if (::lstat(path.c_str(), &status) != 0) return;
  size.disk_bytes += static_cast<std::uint64_t>(status.st_blocks) * kBlockBytes;
  if (S_ISREG(status.st_mode)) size.content_bytes += static_cast<std::uint64_t>(status.st_size);
}

}  // namespace

FolderSize folder_size(const fs::path& folder) {
  FolderSize size;
  add(folder, size);
  std::error_code error;
  fs::recursive_directory_iterator each(folder, fs::directory_options::skip_permission_denied,
                                        error);
  for (; !error && each != fs::recursive_directory_iterator(); each.increment(error)) {
    add(each->path(), size);
  }
  return size;
}

}  // namespace coditect::registry
