#include "base/files.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/random.h"

namespace coditect {

namespace {

/// Closes on every way out.
class OpenFile {
 public:
  explicit OpenFile(int number) : number_(number) {}
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() {
    if (number_ >= 0) ::close(number_);
  }
  int get() const { return number_; }

 private:
  int number_;
};

Result<void> write_and_sync(int file, std::string_view bytes, const std::string& name) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return system_error("writing " + name, errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(file) != 0) return system_error("syncing " + name, errno);
  return {};
}

}  // namespace

Result<std::string> read_file(const std::filesystem::path& path, std::size_t bytes_max) {
  const OpenFile file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0 && errno == ENOENT) return not_found("there is no " + path.string());
  if (file.get() < 0) return system_error("opening " + path.string(), errno);
  std::string bytes;
  char buffer[1 << 16];
  for (;;) {
    const ssize_t count = ::read(file.get(), buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_error("reading " + path.string(), errno);
    if (count == 0) return bytes;
    bytes.append(buffer, static_cast<std::size_t>(count));
    if (bytes.size() > bytes_max) return Error{Errc::kLimit, path.string() + " is too large", {}};
  }
}

Result<void> replace_file(const std::filesystem::path& path, std::string_view bytes,
                          std::uint32_t mode) {
  SystemRandom random;
  std::filesystem::path next = path;
  next += random.id(".");
  const OpenFile file(::open(next.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (file.get() < 0) return system_error("creating " + next.string(), errno);
  auto written = write_and_sync(file.get(), bytes, next.string());
  if (written && ::rename(next.c_str(), path.c_str()) != 0) {
    written = system_error("replacing " + path.string(), errno);
  }
  if (!written) {
    ::unlink(next.c_str());
    return written;
  }
  return sync_folder(path.parent_path());
}

Result<void> sync_folder(const std::filesystem::path& path) {
  const OpenFile folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.get() < 0) return system_error("opening " + path.string(), errno);
  if (::fsync(folder.get()) != 0) return system_error("syncing " + path.string(), errno);
  return {};
}

}  // namespace coditect
