#include "storage/unpack/unpack.h"

#include <cerrno>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/unpack/unpacker.h"

namespace coditect::unpack {

namespace fs = std::filesystem;

Result<Unpacked> unpack(int archive, const fs::path& folder, const Limits& limits,
                        const std::stop_token& stop) {
  TRY(const std::uint64_t archive_bytes, file_size(archive));
  TRY(const std::unique_ptr<ArchiveReader> reader, ArchiveReader::open(archive));
  const fs::path root = folder.string() + ".unpacking";
  if (::mkdir(root.c_str(), 0700) != 0) return system_error("mkdir " + root.string(), errno);
  Unpacker unpacker(root, archive_bytes, limits, stop);
  TRY_VOID(unpacker.take_all(*reader));
  const std::string top = unpacker.single_top();
  const fs::path project = top.empty() ? root : root / top;
  // As the folder that it takes the place of.
  struct stat status{};
  if (::stat(folder.c_str(), &status) != 0 ||
      ::chmod(project.c_str(), status.st_mode & 0777) != 0) {
    return system_error("looking at " + folder.string(), errno);
  }
  if (::rename(project.c_str(), folder.c_str()) != 0) {
    return system_error("rename to " + folder.string(), errno);
  }
  if (!top.empty() && ::rmdir(root.c_str()) != 0) {
    return system_error("rmdir " + root.string(), errno);
  }
  TRY_VOID(unpacker.make_links(folder, top));
  Unpacked result = unpacker.result();
  result.top = top;
  return result;
}

}  // namespace coditect::unpack
