#include "tools/sandbox/disk_watch.h"

#include <algorithm>
#include <fcntl.h>
#include <set>
#include <string>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <system_error>

#include "base/posix_file.h"
#include "tools/sandbox/sandbox_limits.h"

namespace coditect::tools {

namespace {

namespace fs = std::filesystem;
using std::chrono::system_clock;

constexpr std::uint64_t kMiB = 1u << 20;
/// The kernel stamps files with the time of its last tick.
constexpr std::chrono::milliseconds kTick{20};
constexpr int kDepthMax = 200;
/// Less than this shrinks on any machine all the time.
constexpr std::uint64_t kNoticedBytes = 4 * kMiB;
constexpr std::uint64_t kNoticedFiles = 1000;

class Counter {
 public:
  Counter(system_clock::time_point since, std::uint64_t files_max)
      : since_(since), files_max_(files_max) {}

  void count_below(FileDescriptor folder, dev_t device, int depth) {
    // Through its descriptor, so that it is this folder whatever has become of its path.
    const std::string path = "/proc/self/fd/" + std::to_string(folder.get());
    std::error_code error;
    for (fs::directory_iterator each(path, error), end; !error && each != end;
         each.increment(error)) {
      const std::string name = each->path().filename().string();
      struct stat found{};
      if (::fstatat(folder.get(), name.c_str(), &found, AT_SYMLINK_NOFOLLOW) != 0)
        continue;  // gone
      if (found.st_dev != device || !add(found)) continue;
      if (entries_ > files_max_) return;
      if (!S_ISDIR(found.st_mode) || depth >= kDepthMax) continue;
      FileDescriptor below(
          ::openat(folder.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
      if (below.open()) count_below(std::move(below), device, depth + 1);
    }
  }
  const FolderUse& use() const { return use_; }

 private:
  /// False for another name of what is counted already.
  bool add(const struct stat& found) {
    ++entries_;
    if (!S_ISDIR(found.st_mode) && found.st_nlink > 1 && !seen_.insert(found.st_ino).second) {
      return false;
    }
    const std::uint64_t bytes = static_cast<std::uint64_t>(found.st_blocks) * 512;
    use_.bytes += bytes;
    const auto changed =
        system_clock::time_point(std::chrono::seconds(found.st_ctim.tv_sec) +
                                 std::chrono::microseconds(found.st_ctim.tv_nsec / 1000));
    if (changed < since_) return true;
    use_.written_bytes += bytes;
    ++use_.written_files;
    return true;
  }

  const system_clock::time_point since_;
  const std::uint64_t files_max_;
  std::uint64_t entries_ = 0;
  std::set<ino_t> seen_;
  FolderUse use_;
};

std::string mebibytes(std::uint64_t bytes) { return std::to_string(bytes / kMiB) + " MiB"; }

}  // namespace

FolderUse folder_use(const std::filesystem::path& folder, system_clock::time_point since,
                     std::uint64_t files_max) {
  Counter counter(since, files_max);
  FileDescriptor root(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  struct stat found{};
  if (root.open() && ::fstat(root.get(), &found) == 0) {
    counter.count_below(std::move(root), found.st_dev, 0);
  }
  return counter.use();
}

std::uint64_t disk_reserve(const std::filesystem::path& folder) {
  struct statvfs found{};
  if (::statvfs(folder.c_str(), &found) != 0) return 0;
  const std::uint64_t all = static_cast<std::uint64_t>(found.f_blocks) * found.f_frsize;
  return std::min(all / 100 * limits::kDiskReservePercent, limits::kDiskReserveBytesMax);
}

DiskWatch::DiskWatch(std::filesystem::path project, Limits limits)
    : project_(std::move(project)), limits_(limits), begun_(system_clock::now() - kTick) {
  at_start_ = free();
  if (at_start_) counted_ = *at_start_;
}

std::optional<DiskWatch::Free> DiskWatch::free() const {
  struct statvfs found{};
  if (::statvfs(project_.c_str(), &found) != 0) return std::nullopt;
  return Free{static_cast<std::uint64_t>(found.f_bavail) * found.f_frsize, found.f_favail};
}

std::optional<std::string> DiskWatch::check() {
  const std::optional<Free> now = free();
  if (!now || !at_start_) return std::nullopt;
  // What frees space again is no reason to count later on.
  counted_.bytes = std::max(counted_.bytes, now->bytes);
  counted_.files = std::max(counted_.files, now->files);
  const bool shrunk = now->bytes + kNoticedBytes < at_start_->bytes;
  if (shrunk && now->bytes < limits_.reserve_bytes) {
    return "the disk has only " + mebibytes(now->bytes) + " left";
  }
  const std::uint64_t step = std::max(limits_.written_bytes / 8, kNoticedBytes);
  const std::uint64_t files = std::max(limits_.written_files / 8, kNoticedFiles);
  if (now->bytes + step >= counted_.bytes && now->files + files >= counted_.files) {
    return std::nullopt;
  }
  counted_ = *now;
  return count();
}

std::optional<std::string> DiskWatch::count() {
  const FolderUse use = folder_use(project_, begun_, limits_.written_files * 10);
  if (use.written_bytes > limits_.written_bytes) {
    return "it has written more than " + mebibytes(limits_.written_bytes) + " into the project";
  }
  if (use.written_files > limits_.written_files) {
    return "it has made or changed more than " + std::to_string(limits_.written_files) + " files";
  }
  if (use.bytes > limits_.project_bytes) {
    return "the project has more than " + mebibytes(limits_.project_bytes) + " on disk";
  }
  return std::nullopt;
}

}  // namespace coditect::tools
