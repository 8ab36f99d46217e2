#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace coditect::journal {

/// One open file of a Disk.
///
/// Threads: one at a time.
class File {
 public:
  virtual ~File() = default;
  /// Writes a part of `bytes`, at least one byte, and says how many. Not durable before sync().
  virtual Result<std::size_t> write(std::string_view bytes, std::uint64_t offset) = 0;
  /// What was written before is on stable storage on return. After an error nothing is known.
  virtual Result<void> sync() = 0;
  /// Fills `buffer` from `offset` or to the end of the file; the number of bytes read.
  virtual Result<std::size_t> read(std::span<char> buffer, std::uint64_t offset) = 0;
  virtual Result<std::uint64_t> size() = 0;
};

/// The folder that a journal lives in: a real one, or one in memory that fails on demand.
///
/// Threads: any; several files may be used at once.
class Disk {
 public:
  virtual ~Disk() = default;
  virtual Result<std::vector<std::string>> list() = 0;
  enum class OpenFor {
    kRecovery,   ///< what is read is what the device holds, not what only memory does
    kOverwrite,  ///< the old content does not matter
    kReading,    ///< to read what another File has synced, while it goes on writing behind it
  };
  /// Opens an existing file.
  virtual Result<std::unique_ptr<File>> open(const std::string& name, OpenFor purpose) = 0;
  /// Makes a new, empty file. The name is durable after sync_directory().
  virtual Result<std::unique_ptr<File>> create(const std::string& name) = 0;
  virtual Result<void> remove(const std::string& name) = 0;
  virtual Result<void> sync_directory() = 0;
};

/// Writes all of `bytes`, in as many writes as it takes.
Result<void> write_fully(File& file, std::string_view bytes, std::uint64_t offset);

}  // namespace coditect::journal
