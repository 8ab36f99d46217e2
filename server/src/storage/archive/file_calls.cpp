#include "storage/archive/file_calls.h"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

#include "base/posix_file.h"

namespace coditect::archive {
namespace {

class MachineFileCalls final : public FileCalls {
 public:
  Result<void> write(const std::filesystem::path& file, std::string_view bytes,
                     std::uint64_t offset) override {
    TRY(const FileDescriptor opened, open_file(file, O_WRONLY | O_CREAT));
    return write_all(opened.get(), bytes, offset);
  }
  Result<void> truncate(const std::filesystem::path& file, std::uint64_t bytes) override {
    if (::truncate(file.c_str(), static_cast<off_t>(bytes)) == 0) return {};
    return system_error("truncate " + file.string(), errno);
  }
  Result<void> remove(const std::filesystem::path& file) override {
    if (::unlink(file.c_str()) == 0) return {};
    return system_error("remove " + file.string(), errno);
  }
  Result<void> sync(const std::filesystem::path& file) override {
    TRY(const FileDescriptor opened, open_file(file, O_WRONLY));
    return sync_data(opened.get());
  }
  Result<void> sync_folder(const std::filesystem::path& folder) override {
    return sync_directory(folder);
  }
};

}  // namespace

std::shared_ptr<FileCalls> machine_file_calls() { return std::make_shared<MachineFileCalls>(); }

}  // namespace coditect::archive
