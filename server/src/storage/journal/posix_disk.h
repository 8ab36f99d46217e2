#pragma once

#include <filesystem>
#include <memory>

#include "base/posix_file.h"
#include "storage/journal/disk.h"

namespace coditect::journal {

/// A folder of the machine.
///
/// Threads:    any.
/// Invariants: while one object has it to write, nobody else has it open.
class PosixDisk final : public Disk {
 public:
  enum class Use {
    kWrite,   ///< the folder is made where it is missing
    kLookAt,  ///< nothing is written, and what recovery would remove stays
  };
  /// Errc::kConflict when somebody else has it open to write, or at all where this is to write.
  /// Errc::kNotFound where there is no folder to look at.
  static Result<std::shared_ptr<Disk>> open_directory(const std::filesystem::path& path, Use use);

  Result<std::vector<std::string>> list() override;
  Result<std::unique_ptr<File>> open(const std::string& name, OpenFor purpose) override;
  Result<std::unique_ptr<File>> create(const std::string& name) override;
  Result<void> remove(const std::string& name) override;
  Result<void> sync_directory() override;

 private:
  PosixDisk(std::filesystem::path path, Use use, FileDescriptor lock)
      : path_(std::move(path)), use_(use), lock_(std::move(lock)) {}

  const std::filesystem::path path_;
  const Use use_;
  const FileDescriptor lock_;
};

}  // namespace coditect::journal
