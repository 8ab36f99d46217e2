#include "tools/sandbox/mount_guard.h"

#include <cerrno>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <linux/openat2.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/check.h"
#include "base/posix_file.h"
#include "tools/sandbox/command.h"

namespace coditect::tools {

namespace {

/// A path in two parts, for the child, which may not allocate.
struct Place {
  std::string path;
  std::string folder;
  std::string name;
};

Place place_of(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return {path.empty() ? "." : path, ".", path};
  return {path, path.substr(0, slash), path.substr(slash + 1)};
}

struct Task {
  int user_namespace;
  int mount_namespace;
  std::vector<Place> hold;
  std::vector<Place> release;
};

// What follows runs in a child of a process with many threads: system calls only, no allocation,
// no lock. Each returns an error number, 0 for none.

int open_beneath(int folder, const char* path) {
  open_how how{};
  how.flags = O_PATH | O_NOFOLLOW | O_CLOEXEC;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
  for (int attempt = 0;; ++attempt) {
    const long number = ::syscall(SYS_openat2, folder, path, &how, sizeof how);
    // EAGAIN: a rename elsewhere in the tree raced with the walk.
    if (number >= 0 || (errno != EAGAIN && errno != EINTR) || attempt > 100) {
      return static_cast<int>(number);
    }
  }
}

bool nothing_there(int error_number) {
  return error_number == ENOENT || error_number == ENOTDIR || error_number == ELOOP ||
         error_number == EXDEV || error_number == ENAMETOOLONG;
}

int mount_of(int file, std::uint64_t& id, mode_t& mode) {
  struct statx found{};
  if (::statx(file, "", AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW, STATX_TYPE | STATX_MNT_ID, &found)) {
    return errno;
  }
  id = found.stx_mnt_id;
  mode = found.stx_mode;
  return 0;
}

/// Puts a read-only mount of a file or folder over itself, where none is yet.
int hold_fast(int project, const Place& place) {
  const int target = open_beneath(project, place.path.c_str());
  if (target < 0) return nothing_there(errno) ? 0 : errno;
  std::uint64_t around = 0, here = 0;
  mode_t mode = 0;
  int failed = mount_of(project, around, mode);
  if (failed == 0) failed = mount_of(target, here, mode);
  if (failed != 0) return failed;
  const bool held = here != around;
  if (held || (!S_ISREG(mode) && !S_ISDIR(mode))) return ::close(target) == 0 ? 0 : errno;
  const int tree = ::open_tree(target, "", AT_EMPTY_PATH | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
  if (tree < 0) return errno;
  mount_attr read_only{};
  read_only.attr_set = MOUNT_ATTR_RDONLY;
  if (::mount_setattr(tree, "", AT_EMPTY_PATH, &read_only, sizeof read_only) != 0) return errno;
  if (::move_mount(tree, "", target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) != 0) {
    // It was removed or replaced since it was opened: there is nothing under the name to hold.
    return errno == ENOENT ? 0 : errno;
  }
  return ::close(tree) == 0 && ::close(target) == 0 ? 0 : errno;
}

/// Takes the mount away that hold_fast() made, if there is one.
int let_go(int project, const Place& place) {
  const int folder = open_beneath(project, place.folder.c_str());
  if (folder < 0) return nothing_there(errno) ? 0 : errno;
  // By its last name in the folder that was opened, so that no link on the way is followed.
  if (::fchdir(folder) != 0) return nothing_there(errno) ? 0 : errno;
  const int result = ::umount2(place.name.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW);
  const bool gone = result == 0 || errno == EINVAL || nothing_there(errno);
  return gone && ::close(folder) == 0 ? 0 : errno;
}

int work_inside(const Task& task) {
  if (::setns(task.user_namespace, CLONE_NEWUSER) != 0) return errno;
  if (::setns(task.mount_namespace, CLONE_NEWNS) != 0) return errno;
  const int project = ::open(kSandboxProject.data(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (project < 0) return errno;
  for (const Place& place : task.release) {
    if (const int failed = let_go(project, place); failed != 0) return failed;
  }
  for (const Place& place : task.hold) {
    if (const int failed = hold_fast(project, place); failed != 0) return failed;
  }
  return 0;
}

/// Runs work_inside() in a child: a process with several threads cannot enter a namespace.
Result<void> work_in_child(const Task& task) {
  const pid_t child = ::fork();
  if (child < 0) return system_error("fork", errno);
  if (child == 0) ::_exit(work_inside(task));
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) check(errno == EINTR, "somebody else reaped our child");
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  Error error = system_error("hold locked files fast in the sandbox",
                             WIFEXITED(status) ? WEXITSTATUS(status) : EIO);
  error.code = Errc::kUnavailable;
  return error;
}

}  // namespace

Result<void> MountGuard::apply(const std::vector<std::string>& paths) {
  const std::set<std::string> wanted(paths.begin(), paths.end());
  if (wanted.empty() && guarded_.empty()) return {};
  TRY(const FileDescriptor mounts,
      open_file("/proc/" + std::to_string(init_) + "/ns/mnt", O_RDONLY));
  const FileDescriptor owner(::ioctl(mounts.get(), NS_GET_USERNS));
  if (!owner.open()) return system_error("find a sandbox's user namespace", errno);
  Task task{owner.get(), mounts.get(), {}, {}};
  for (const std::string& path : guarded_) {
    if (!wanted.contains(path)) task.release.push_back(place_of(path));
  }
  // A folder before what is below it, which then is read-only with it.
  for (const std::string& path : wanted) task.hold.push_back(place_of(path));
  TRY_VOID(work_in_child(task));
  guarded_ = wanted;
  return {};
}

}  // namespace coditect::tools
