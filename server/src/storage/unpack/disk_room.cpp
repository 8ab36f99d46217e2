#include "storage/unpack/disk_room.h"

#include <cerrno>
#include <sys/statvfs.h>

#include "storage/unpack/unpack_limits.h"

namespace coditect::unpack {

Result<void> need_room(const std::filesystem::path& folder, std::uint64_t bytes) {
  struct statvfs disk{};
  if (::statvfs(folder.c_str(), &disk) != 0) return system_error("statvfs", errno);
  const std::uint64_t free = std::uint64_t{disk.f_bavail} * disk.f_frsize;
  if (free >= kDiskBytesKept && free - kDiskBytesKept >= bytes) return {};
  return unavailable("the server's disk has no room for the archive",
                     "make room on it, then import again");
}

}  // namespace coditect::unpack
