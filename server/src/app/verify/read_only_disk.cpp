#include "app/verify/read_only_disk.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>

namespace coditect::app {

namespace {

Error read_only() { return internal("a journal that is only looked at was written to"); }

class ReadOnlyFile final : public journal::File {
 public:
  explicit ReadOnlyFile(FileDescriptor file) : file_(std::move(file)) {}

  Result<std::size_t> write(std::string_view, std::uint64_t) override { return read_only(); }
  Result<void> sync() override { return read_only(); }
  Result<std::size_t> read(std::span<char> buffer, std::uint64_t offset) override {
    return read_at(file_.get(), buffer, offset);
  }
  Result<std::uint64_t> size() override { return file_size(file_.get()); }

 private:
  const FileDescriptor file_;
};

}  // namespace

Result<std::unique_ptr<ReadOnlyDisk>> ReadOnlyDisk::open_directory(
    const std::filesystem::path& path) {
  TRY(FileDescriptor lock, open_file(path, O_RDONLY | O_DIRECTORY));
  if (::flock(lock.get(), LOCK_SH | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return system_error("lock " + path.string(), errno);
    return Error{Errc::kConflict, path.string() + " is in use by a server",
                 "stop the server to look at its journal"};
  }
  return std::unique_ptr<ReadOnlyDisk>(new ReadOnlyDisk(path, std::move(lock)));
}

Result<std::vector<std::string>> ReadOnlyDisk::list() {
  std::vector<std::string> names;
  std::error_code error;
  std::filesystem::directory_iterator entries(path_, error);
  for (; !error && entries != std::filesystem::directory_iterator(); entries.increment(error)) {
    names.push_back(entries->path().filename().string());
  }
  if (error) return system_error("list " + path_.string(), error.value());
  return names;
}

Result<std::unique_ptr<journal::File>> ReadOnlyDisk::open(const std::string& name, OpenFor) {
  TRY(FileDescriptor file, open_file(path_ / name, O_RDONLY));
  return std::unique_ptr<journal::File>(new ReadOnlyFile(std::move(file)));
}

Result<std::unique_ptr<journal::File>> ReadOnlyDisk::create(const std::string&) {
  return read_only();
}

Result<void> ReadOnlyDisk::remove(const std::string&) { return {}; }

Result<void> ReadOnlyDisk::sync_directory() { return read_only(); }

}  // namespace coditect::app
