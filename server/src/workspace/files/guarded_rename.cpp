#include "workspace/files/guarded_rename.h"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/posix_file.h"
#include "base/sha256.h"

namespace coditect::workspace {

namespace {

/// Whether the kernel or the file system has no RENAME_EXCHANGE.
bool lacks_exchange(int error_number) {
  return error_number == EINVAL || error_number == ENOSYS || error_number == EOPNOTSUPP;
}

/// For file systems that cannot exchange: the content is compared just before it is replaced.
Result<void> replace_if(Entry ours, Entry target, const std::string& before,
                        const std::string& path) {
  TRY(std::string found, hash_of(target));
  if (found != before) return changed_outside(path);
  return rename_entry(ours, target, 0);
}

}  // namespace

Error path_error(const std::string& path, int error_number) {
  switch (error_number) {
    case ENOENT:
    case ENOTDIR: return not_found("there is no file '" + path + "'");
    case EXDEV:
    case ELOOP:
      return {Errc::kDenied, "'" + path + "' leads out of the project or through a link",
              "name the file itself, relative to the project"};
    case EACCES:
    case EPERM: return {Errc::kDenied, "'" + path + "' may not be opened", {}};
    case EISDIR: return invalid("'" + path + "' is a folder");
    case EEXIST:
    case ENOTEMPTY: return {Errc::kConflict, "'" + path + "' exists", "choose another name"};
    case ENAMETOOLONG: return invalid("'" + path + "' is too long a name");
    case ENOSPC:
    case EDQUOT: return unavailable("the disk is full", "free some space and try again");
    default: return system_error(path, error_number);
  }
}

Error changed_outside(const std::string& path) {
  return {Errc::kConflict, "'" + path + "' was changed by another program at the same moment",
          "read it again, merge your change and write with the new version"};
}

Result<void> rename_entry(Entry from, Entry to, unsigned flags) {
  if (::renameat2(from.folder, from.name.c_str(), to.folder, to.name.c_str(), flags) == 0) {
    return {};
  }
  return path_error(to.name, errno);
}

Result<std::string> read_whole(int file, const std::string& path, std::size_t bytes_expected,
                               std::size_t bytes_max) {
  // One byte more than is expected: the read that finds the end needs room for it.
  std::string bytes(bytes_expected + 1, '\0');
  std::size_t filled = 0;
  for (;;) {
    if (filled == bytes.size()) bytes.resize(2 * filled);
    const ssize_t count = ::read(file, bytes.data() + filled, bytes.size() - filled);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return path_error(path, errno);
    if (count == 0) break;
    filled += static_cast<std::size_t>(count);
    if (filled > bytes_max) return Error{Errc::kLimit, "'" + path + "' grows while it is read", {}};
  }
  bytes.resize(filled);
  return bytes;
}

Result<std::string> hash_of(Entry entry) {
  const FileDescriptor file(::openat(entry.folder, entry.name.c_str(),
                                     O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (!file.open() && errno == ENOENT) return path_error(entry.name, ENOENT);
  struct stat raw{};
  if (!file.open() || ::fstat(file.get(), &raw) != 0 || !S_ISREG(raw.st_mode)) {
    return std::string();
  }
  auto bytes =
      read_whole(file.get(), entry.name, static_cast<std::size_t>(raw.st_size), kTrackedBytesMax);
  return bytes ? sha256_hex(*bytes) : std::string();
}

Result<void> exchange_if(Entry ours, Entry target, const std::string& before,
                         const std::string& path) {
  const auto exchange = [&] {
    return ::renameat2(ours.folder, ours.name.c_str(), target.folder, target.name.c_str(),
                       RENAME_EXCHANGE) == 0;
  };
  TRY(const std::string staged, hash_of(ours));
  if (!exchange()) {
    if (lacks_exchange(errno)) return replace_if(ours, target, before, path);
    return errno == ENOENT ? changed_outside(path) : path_error(path, errno);
  }
  TRY(std::string out, hash_of(ours));
  if (out != before) {
    // Theirs goes back. What comes out now is ours again, unless somebody was quicker still: then
    // theirs is the older of two changes by others, and the newer one stays.
    if (!exchange()) return path_error(path, errno);
    TRY(out, hash_of(ours));
    if (out != staged && !exchange()) return path_error(path, errno);
    return changed_outside(path);
  }
  if (::unlinkat(ours.folder, ours.name.c_str(), 0) != 0) return path_error(path, errno);
  return {};
}

}  // namespace coditect::workspace
