#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "base/result.h"

namespace coditect::objects {

/// The blocking calls that change what a FileStore holds. Tests inject some that fail.
///
/// Threads: any.
/// Errors:  Errc::kUnavailable with a hint where people can do something; kNotFound for a folder
///          that is not there.
class FileSteps {
 public:
  virtual ~FileSteps() = default;
  virtual Result<void> write(int fd, std::string_view bytes, std::uint64_t offset);
  virtual Result<void> sync(int fd);
  /// Gives `from` the name `to` too. Errc::kConflict when that name is taken.
  virtual Result<void> link(const std::filesystem::path& from, const std::filesystem::path& to);
  /// Errc::kInvalid when `to` is a folder.
  virtual Result<void> rename(const std::filesystem::path& from, const std::filesystem::path& to);
  virtual Result<void> sync_directory(const std::filesystem::path& path);
};

}  // namespace coditect::objects
