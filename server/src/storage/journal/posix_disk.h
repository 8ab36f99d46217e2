#pragma once

#include <filesystem>
#include <memory>

#include "base/posix_file.h"
#include "storage/journal/disk.h"

namespace coditect::journal {

/// A folder of the machine, held with an exclusive lock for as long as this object lives.
///
/// Threads: any.
class PosixDisk final : public Disk {
 public:
  /// Makes the folder where it is missing. Errc::kConflict when another process has it open.
  static Result<std::shared_ptr<Disk>> open_directory(const std::filesystem::path& path);

  Result<std::vector<std::string>> list() override;
  Result<std::unique_ptr<File>> open(const std::string& name, OpenFor purpose) override;
  Result<std::unique_ptr<File>> create(const std::string& name) override;
  Result<void> remove(const std::string& name) override;
  Result<void> sync_directory() override;

 private:
  PosixDisk(std::filesystem::path path, FileDescriptor lock)
      : path_(std::move(path)), lock_(std::move(lock)) {}

  const std::filesystem::path path_;
  const FileDescriptor lock_;
};

}  // namespace coditect::journal
