#include "storage/objects/file/file_lock.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <string>
#include <sys/file.h>
#include <thread>
#include <unistd.h>

namespace coditect::objects {
namespace {

// Who holds a lock does a few system calls: a waiter looks again soon, and then less often.
constexpr std::chrono::microseconds kFirstPause{50};
constexpr std::chrono::microseconds kLongestPause{10'000};

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

Result<FileLock> FileLock::wait(const std::filesystem::path& path, Kind kind,
                                std::chrono::milliseconds patience) {
  const auto until = std::chrono::steady_clock::now() + patience;
  for (auto pause = kFirstPause;; pause = std::min(2 * pause, kLongestPause)) {
    auto held = try_now(path, kind);
    if (held || held.error().code != Errc::kLocked) return held;
    if (std::chrono::steady_clock::now() >= until) return held;
    std::this_thread::sleep_for(pause);
  }
}

Result<FileLock> FileLock::try_now(const std::filesystem::path& path, Kind kind) {
  TRY(FileDescriptor file, open_file(path, O_RDWR | O_CREAT));
  TRY_VOID(lock(file.get(), operation_of(kind) | LOCK_NB, path));
  return FileLock(std::move(file));
}

Result<void> FileLock::write(std::string_view text) {
  if (::ftruncate(file_.get(), 0) != 0) return system_error("ftruncate a lock", errno);
  return write_all(file_.get(), text, 0);
}

Result<void> FileLock::share() { return lock(file_.get(), LOCK_SH, "a shared lock"); }

}  // namespace coditect::objects
