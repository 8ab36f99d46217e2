#include "storage/objects/file/file_steps.h"

#include <cerrno>
#include <stdio.h>
#include <string>
#include <unistd.h>

#include "base/posix_file.h"

namespace coditect::objects {
namespace {

Error step_error(std::string_view what, const std::filesystem::path& path, int error_number) {
  Error error = system_error(std::string(what) + " " + path.string(), error_number);
  switch (error_number) {
    case ENOENT: error.code = Errc::kNotFound; break;
    case EEXIST: error.code = Errc::kConflict; break;
    case ENOTDIR:
    case EISDIR: error.code = Errc::kInvalid; break;
    case EACCES:
    case EPERM:
    case EROFS: error.code = Errc::kDenied; break;
    default: break;
  }
  return error;
}

}  // namespace

Result<void> FileSteps::write(int fd, std::string_view bytes, std::uint64_t offset) {
  return write_all(fd, bytes, offset);
}

Result<void> FileSteps::sync(int fd) { return sync_data(fd); }

Result<void> FileSteps::link(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (::link(from.c_str(), to.c_str()) != 0) return step_error("link", to, errno);
  return {};
}

Result<void> FileSteps::rename(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return step_error("rename", to, errno);
  return {};
}

Result<void> FileSteps::sync_directory(const std::filesystem::path& path) {
  return coditect::sync_directory(path);
}

}  // namespace coditect::objects
