#include "workspace/files/beneath.h"

#include <cerrno>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "workspace/files/guarded_rename.h"

namespace coditect::workspace {

Result<FileDescriptor> open_beneath(int root, const std::string& path, int flags, Links links) {
  open_how how{};
  how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  if (links == Links::kRefuse) how.resolve |= RESOLVE_NO_SYMLINKS;
  const char* name = path.empty() ? "." : path.c_str();
  for (int attempt = 0;; ++attempt) {
    const long number = ::syscall(SYS_openat2, root, name, &how, sizeof how);
    if (number >= 0) return FileDescriptor(static_cast<int>(number));
    // EAGAIN: a rename elsewhere in the tree raced with the kernel's check of "..".
    if ((errno != EAGAIN && errno != EINTR) || attempt > 100) return path_error(path, errno);
  }
}

Result<FileDescriptor> open_root(const std::filesystem::path& root) {
  FileDescriptor opened(::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!opened.open()) return system_error(root.filename().string(), errno);
  return opened;
}

std::pair<std::string, std::string> split_path(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return {"", path};
  return {path.substr(0, slash), path.substr(slash + 1)};
}

Result<FileDescriptor> open_parent(int root, const std::string& folder) {
  auto opened = open_beneath(root, folder, O_PATH | O_DIRECTORY, Links::kRefuse);
  if (opened || opened.error().code != Errc::kNotFound) return opened;
  const auto [above, name] = split_path(folder);
  TRY(FileDescriptor parent, open_parent(root, above));
  if (::mkdirat(parent.get(), name.c_str(), 0755) != 0 && errno != EEXIST) {
    return path_error(folder, errno);
  }
  return open_beneath(root, folder, O_PATH | O_DIRECTORY, Links::kRefuse);
}

void remove_empty_folders(int root, std::string folder) {
  while (!folder.empty()) {
    auto [above, name] = split_path(folder);
    auto holder = open_beneath(root, above, O_PATH | O_DIRECTORY, Links::kRefuse);
    if (!holder || ::unlinkat(holder->get(), name.c_str(), AT_REMOVEDIR) != 0) return;
    folder = above;
  }
}

}  // namespace coditect::workspace
