#include "base/posix_file.h"

#include <atomic>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace coditect {
namespace {

/// Calls until the call is not interrupted by a signal.
template <class Call>
auto retried(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

Error path_error(std::string_view what, const std::filesystem::path& path, int error_number) {
  Error error = system_error(std::string(what) + " " + path.string(), error_number);
  if (error_number == ENOENT || error_number == ENOTDIR) error.code = Errc::kNotFound;
  if (error_number == EACCES || error_number == EPERM) error.code = Errc::kDenied;
  return error;
}

/// A name beside `path` that no other writer of this process or of another one uses.
std::filesystem::path temporary_beside(const std::filesystem::path& path) {
  static std::atomic<std::uint64_t> counter{0};
  std::filesystem::path temporary = path;
  temporary += ".tmp-" + std::to_string(getpid()) + "-" + std::to_string(counter++);
  return temporary;
}

}  // namespace

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  if (this != &other) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

FileDescriptor::~FileDescriptor() {
  if (fd_ >= 0) ::close(fd_);
}

Result<FileDescriptor> open_file(const std::filesystem::path& path, int flags, mode_t mode) {
  const int fd = retried([&] { return ::open(path.c_str(), flags | O_CLOEXEC, mode); });
  if (fd < 0) return path_error("open", path, errno);
  return FileDescriptor(fd);
}

Result<std::size_t> write_some(int fd, std::string_view bytes, std::uint64_t offset) {
  const ssize_t written =
      retried([&] { return ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset)); });
  if (written < 0) return system_error("write", errno);
  if (written == 0 && !bytes.empty()) return system_error("write", ENOSPC);
  return static_cast<std::size_t>(written);
}

Result<void> write_all(int fd, std::string_view bytes, std::uint64_t offset) {
  while (!bytes.empty()) {
    TRY(const std::size_t written, write_some(fd, bytes, offset));
    bytes.remove_prefix(written);
    offset += written;
  }
  return {};
}

Result<std::size_t> read_at(int fd, std::span<char> buffer, std::uint64_t offset) {
  std::size_t done = 0;
  while (done < buffer.size()) {
    const ssize_t count = retried([&] {
      return ::pread(fd, buffer.data() + done, buffer.size() - done,
                     static_cast<off_t>(offset + done));
    });
    if (count < 0) return system_error("read", errno);
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  return done;
}

Result<std::uint64_t> file_size(int fd) {
  struct stat status{};
  if (::fstat(fd, &status) != 0) return system_error("stat", errno);
  return static_cast<std::uint64_t>(status.st_size);
}

Result<void> sync_data(int fd) {
  if (retried([&] { return ::fdatasync(fd); }) != 0) return system_error("fdatasync", errno);
  return {};
}

Result<void> sync_directory(const std::filesystem::path& path) {
  TRY(const FileDescriptor directory, open_file(path, O_RDONLY | O_DIRECTORY));
  if (retried([&] { return ::fsync(directory.get()); }) != 0) {
    return path_error("fsync", path, errno);
  }
  return {};
}

Result<void> make_directories(const std::filesystem::path& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return {};
  const std::filesystem::path parent =
      path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  if (parent != path) TRY_VOID(make_directories(parent));
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return path_error("mkdir", path, errno);
  if (!std::filesystem::is_directory(path, error)) return path_error("mkdir", path, ENOTDIR);
  return sync_directory(parent);
}

Result<std::string> read_file(const std::filesystem::path& path) {
  TRY(const FileDescriptor file, open_file(path, O_RDONLY));
  std::string content;
  TRY(const std::uint64_t size, file_size(file.get()));
  content.resize(size);
  auto count = read_at(file.get(), content, 0);
  if (!count) return std::move(count).error().in(path.string());
  content.resize(*count);
  return content;
}

Result<void> write_file_atomically(const std::filesystem::path& path, std::string_view bytes,
                                   mode_t mode) {
  const std::filesystem::path temporary = temporary_beside(path);
  const auto write = [&]() -> Result<void> {
    TRY(const FileDescriptor file, open_file(temporary, O_WRONLY | O_CREAT | O_EXCL, mode));
    TRY_VOID(write_all(file.get(), bytes, 0));
    TRY_VOID(sync_data(file.get()));
    if (::rename(temporary.c_str(), path.c_str()) != 0) return path_error("rename", path, errno);
    return sync_directory(path.has_parent_path() ? path.parent_path() : ".");
  };
  auto written = write();
  if (!written) {
    ::unlink(temporary.c_str());
    return std::move(written).error().in(path.string());
  }
  return {};
}

}  // namespace coditect
