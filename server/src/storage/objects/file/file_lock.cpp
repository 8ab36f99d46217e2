#include "storage/objects/file/file_lock.h"

#include <cerrno>
#include <fcntl.h>
#include <string>
#include <sys/file.h>

namespace coditect::objects {
namespace {

Result<void> lock(int fd, int operation, const std::filesystem::path& path) {
  while (::flock(fd, operation) != 0) {
    if (errno == EINTR) continue;
    if (errno == EWOULDBLOCK) return Error{Errc::kLocked, path.string() + " is locked", {}};
    return system_error("flock " + path.string(), errno);
  }
  return {};
}

int operation_of(FileLock::Kind kind) {
  return kind == FileLock::Kind::kExclusive ? LOCK_EX : LOCK_SH;
}

}  // namespace

Result<FileLock> FileLock::wait(const std::filesystem::path& path, Kind kind) {
  TRY(FileDescriptor file, open_file(path, O_RDWR | O_CREAT));
  TRY_VOID(lock(file.get(), operation_of(kind), path));
  return FileLock(std::move(file));
}

Result<FileLock> FileLock::try_now(const std::filesystem::path& path, Kind kind) {
  TRY(FileDescriptor file, open_file(path, O_RDWR | O_CREAT));
  TRY_VOID(lock(file.get(), operation_of(kind) | LOCK_NB, path));
  return FileLock(std::move(file));
}

Result<void> FileLock::share() { return lock(file_.get(), LOCK_SH, "a shared lock"); }

}  // namespace coditect::objects
