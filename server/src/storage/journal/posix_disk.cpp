#include "storage/journal/posix_disk.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace coditect::journal {
namespace {

class PosixFile final : public File {
 public:
  explicit PosixFile(FileDescriptor file) : file_(std::move(file)) {}

  Result<std::size_t> write(std::string_view bytes, std::uint64_t offset) override {
    return write_some(file_.get(), bytes, offset);
  }
  Result<void> sync() override { return sync_data(file_.get()); }
  Result<std::size_t> read(std::span<char> buffer, std::uint64_t offset) override {
    return read_at(file_.get(), buffer, offset);
  }
  Result<std::uint64_t> size() override { return file_size(file_.get()); }

 private:
  const FileDescriptor file_;
};

Error only_looked_at() { return internal("a journal that is only looked at was written to"); }

}  // namespace

Result<std::shared_ptr<Disk>> PosixDisk::open_directory(const std::filesystem::path& path,
                                                        Use use) {
  if (use == Use::kWrite) TRY_VOID(make_directories(path));
  TRY(FileDescriptor lock, open_file(path, O_RDONLY | O_DIRECTORY));
  const int kind = use == Use::kWrite ? LOCK_EX : LOCK_SH;
  if (::flock(lock.get(), kind | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return system_error("lock " + path.string(), errno);
    return Error{Errc::kConflict, path.string() + " is in use by another process",
                 use == Use::kWrite ? "stop the other server, or give this one its own data folder"
                                    : "stop the server to look at its journal"};
  }
  return std::shared_ptr<Disk>(new PosixDisk(path, use, std::move(lock)));
}

Result<std::vector<std::string>> PosixDisk::list() {
  std::vector<std::string> names;
  std::error_code error;
  std::filesystem::directory_iterator entries(path_, error);
  for (; !error && entries != std::filesystem::directory_iterator(); entries.increment(error)) {
    names.push_back(entries->path().filename().string());
  }
  if (error) return system_error("list " + path_.string(), error.value());
  return names;
}

Result<std::unique_ptr<File>> PosixDisk::open(const std::string& name, OpenFor purpose) {
  const bool reads_only = use_ == Use::kLookAt || purpose == OpenFor::kReading;
  TRY(FileDescriptor file, open_file(path_ / name, reads_only ? O_RDONLY : O_RDWR));
  if (reads_only || purpose != OpenFor::kRecovery) {
    return std::unique_ptr<File>(new PosixFile(std::move(file)));
  }
  // A process killed between write and sync leaves pages that only memory holds, and a failed sync
  // leaves pages that memory calls clean and the device never got. Writing the former and dropping
  // the latter makes what is read the same as what survives.
  TRY_VOID(sync_data(file.get()));
  ::posix_fadvise(file.get(), 0, 0, POSIX_FADV_DONTNEED);
  return std::unique_ptr<File>(new PosixFile(std::move(file)));
}

Result<std::unique_ptr<File>> PosixDisk::create(const std::string& name) {
  if (use_ == Use::kLookAt) return only_looked_at();
  TRY(FileDescriptor file, open_file(path_ / name, O_RDWR | O_CREAT | O_EXCL));
  return std::unique_ptr<File>(new PosixFile(std::move(file)));
}

Result<void> PosixDisk::remove(const std::string& name) {
  if (use_ == Use::kLookAt) return {};
  if (::unlink((path_ / name).c_str()) != 0) {
    return system_error("remove " + (path_ / name).string(), errno);
  }
  return {};
}

Result<void> PosixDisk::sync_directory() {
  if (use_ == Use::kLookAt) return only_looked_at();
  return coditect::sync_directory(path_);
}

}  // namespace coditect::journal
