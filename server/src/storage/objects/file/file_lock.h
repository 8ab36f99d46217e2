#pragma once

#include <chrono>
#include <filesystem>
#include <string_view>

#include "base/posix_file.h"
#include "base/result.h"

namespace coditect::objects {

/// A lock among threads and processes: flock(2) on a file of its own. The kernel gives it up when
/// its holder dies.
///
/// Threads:  one at a time; waiting blocks.
/// Lifetime: held until destroyed.
class FileLock {
 public:
  enum class Kind { kShared, kExclusive };
  /// Waits until it is free; Errc::kLocked when that takes longer than `patience`: a holder that is
  /// frozen never gives it up.
  static Result<FileLock> wait(const std::filesystem::path& path, Kind kind,
                               std::chrono::milliseconds patience);
  /// Errc::kLocked when somebody else holds it.
  static Result<FileLock> try_now(const std::filesystem::path& path, Kind kind);

  /// Makes it a shared one. The kernel may let somebody else hold it exclusively in between.
  Result<void> share();
  /// Replaces what stands in the lock's file, for others to read. Not synced.
  Result<void> write(std::string_view text);

 private:
  explicit FileLock(FileDescriptor file) : file_(std::move(file)) {}

  FileDescriptor file_;
};

}  // namespace coditect::objects
