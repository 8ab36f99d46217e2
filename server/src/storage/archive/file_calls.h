#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

#include "base/result.h"

namespace coditect::archive {

/// How an Archive changes its files: the machine's calls, or ones that fail on demand.
///
/// Threads: one at a time for each file.
class FileCalls {
 public:
  virtual ~FileCalls() = default;
  /// Makes the file where it is missing. After an error a part may be written.
  virtual Result<void> write(const std::filesystem::path& file, std::string_view bytes,
                             std::uint64_t offset) = 0;
  virtual Result<void> truncate(const std::filesystem::path& file, std::uint64_t bytes) = 0;
  virtual Result<void> remove(const std::filesystem::path& file) = 0;
  virtual Result<void> sync(const std::filesystem::path& file) = 0;
  virtual Result<void> sync_folder(const std::filesystem::path& folder) = 0;
};

/// Those of the machine.
std::shared_ptr<FileCalls> machine_file_calls();

}  // namespace coditect::archive
