#pragma once

#include <filesystem>
#include <memory>

#include "base/posix_file.h"
#include "storage/journal/disk.h"

namespace coditect::app {

/// A stopped server's journal folder, to be looked at and left as it is: nothing is written, and
/// what recovery would remove stays.
///
/// Threads:   any.
/// Invariants: while it lives, no server can open the folder.
class ReadOnlyDisk final : public journal::Disk {
 public:
  /// Errc::kNotFound when there is no such folder; kConflict when a server has it open.
  static Result<std::unique_ptr<ReadOnlyDisk>> open_directory(const std::filesystem::path& path);

  Result<std::vector<std::string>> list() override;
  Result<std::unique_ptr<journal::File>> open(const std::string& name, OpenFor purpose) override;
  Result<std::unique_ptr<journal::File>> create(const std::string& name) override;
  Result<void> remove(const std::string& name) override;
  Result<void> sync_directory() override;

 private:
  ReadOnlyDisk(std::filesystem::path path, FileDescriptor lock)
      : path_(std::move(path)), lock_(std::move(lock)) {}

  const std::filesystem::path path_;
  const FileDescriptor lock_;
};

}  // namespace coditect::app
