#include "registry/upload.h"

#include <cerrno>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "storage/unpack/disk_room.h"

namespace coditect::registry {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kBytesBetweenLooks = 64u << 20;  // at how much room the disk has

Result<FileDescriptor> make_unnamed_file(const fs::path& folder) {
  FileDescriptor file(::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (file.open()) return file;
  if (errno != EOPNOTSUPP && errno != EISDIR) return system_error(folder.string(), errno);
  // A file system without such files.
  std::string name = (folder / "upload-XXXXXX").string();
  FileDescriptor named(::mkostemp(name.data(), O_CLOEXEC));
  if (!named.open() || ::unlink(name.c_str()) != 0) return system_error(name, errno);
  return named;
}

}  // namespace

awaitable<Result<std::shared_ptr<Upload>>> Upload::begin(BlockingPool& disk, fs::path folder,
                                                         Options options) {
  auto open = [&folder, &options]() -> Result<FileDescriptor> {
    TRY_VOID(unpack::need_room(folder, options.announced));
    return make_unnamed_file(folder);
  };
  CO_TRY(FileDescriptor file, co_await disk.run(std::move(open)));
  co_return std::shared_ptr<Upload>(
      new Upload(disk, std::move(folder), std::move(options), std::move(file)));
}

awaitable<Result<void>> Upload::append(std::string bytes) {
  if (bytes.size() > options_.bytes_max - bytes_) {
    co_return Error{
        Errc::kLimit,
        "the archive is larger than " + std::to_string(options_.bytes_max >> 20) + " MiB",
        "leave out what can be made anew, such as builds and installed packages"};
  }
  auto write = [this, &bytes]() -> Result<void> {
    const bool looks = bytes_ / kBytesBetweenLooks != (bytes_ + bytes.size()) / kBytesBetweenLooks;
    if (looks) TRY_VOID(unpack::need_room(folder_, kBytesBetweenLooks));
    return write_all(file_.get(), bytes, bytes_);
  };
  CO_TRY_VOID(co_await disk_.run(std::move(write)));
  bytes_ += bytes.size();
  co_return Result<void>{};
}

}  // namespace coditect::registry
