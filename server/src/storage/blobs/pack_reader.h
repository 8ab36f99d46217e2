#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "base/posix_file.h"
#include "base/result.h"
#include "storage/blobs/pack_format.h"

namespace coditect::blobs {

/// One open pack.
///
/// Threads: one at a time.
/// Errors:  Errc::kInternal, naming the pack, when it is damaged.
class PackReader {
 public:
  static Result<PackReader> open(const std::filesystem::path& path);

  /// Bisects the index in the file; nothing when the pack has no such content.
  Result<std::optional<PackEntry>> find(const Hash& hash) const;
  /// The whole index, checked against its hash.
  Result<std::vector<PackEntry>> entries() const;
  /// The open file, for reading a content; ends the use of this object.
  FileDescriptor take_file() && { return std::move(file_); }

 private:
  PackReader(std::filesystem::path path, FileDescriptor file, const PackTrailer& trailer)
      : path_(std::move(path)), file_(std::move(file)), trailer_(trailer) {}

  Result<PackEntry> entry_at(std::uint64_t position) const;
  Result<PackEntry> checked(const PackEntry& entry) const;

  std::filesystem::path path_;
  FileDescriptor file_;
  PackTrailer trailer_;
};

}  // namespace coditect::blobs
