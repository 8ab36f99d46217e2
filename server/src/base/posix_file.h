#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <utility>

#include "base/result.h"

namespace coditect {

/// Owns one file descriptor; closes it when destroyed.
///
/// Threads: one at a time.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;
  ~FileDescriptor();

  int get() const { return fd_; }
  bool open() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

// Blocking file calls, each retried after EINTR. What fails is Errc::kUnavailable; a path that is
// not there is kNotFound and one that may not be touched is kDenied.

/// open(2) with O_CLOEXEC.
Result<FileDescriptor> open_file(const std::filesystem::path& path, int flags, mode_t mode = 0600);
/// One pwrite(2): may write less than asked, but not nothing.
Result<std::size_t> write_some(int fd, std::string_view bytes, std::uint64_t offset);
/// pwrite(2) until all of `bytes` is written.
Result<void> write_all(int fd, std::string_view bytes, std::uint64_t offset);
/// pread(2) until `buffer` is full or the file ends; the number of bytes read.
Result<std::size_t> read_at(int fd, std::span<char> buffer, std::uint64_t offset);
Result<std::uint64_t> file_size(int fd);
/// fdatasync(2): the file's bytes and its size are on stable storage on return.
Result<void> sync_data(int fd);
/// Makes the names in a folder durable: needed after creating, renaming or removing one.
Result<void> sync_directory(const std::filesystem::path& path);
/// Makes `path` and its missing parents, each durable in its parent.
Result<void> make_directories(const std::filesystem::path& path);
/// The whole file.
Result<std::string> read_file(const std::filesystem::path& path);
/// Writes `path` so that a crash leaves either the old content or the new, and makes the new one
/// durable: a temporary file beside it, fsync, rename, fsync of the folder.
Result<void> write_file_atomically(const std::filesystem::path& path, std::string_view bytes,
                                   mode_t mode = 0600);

}  // namespace coditect
