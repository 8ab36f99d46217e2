#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/posix_file.h"
#include "base/result.h"
#include "storage/archive/archive.h"
#include "storage/replication/manifest.h"

namespace coditect::replication {

/// Writes a workspace's log, as it comes back from the store, into a folder of archive files, and
/// checks every line against the one before.
///
/// Threads:    one at a time; calls block.
/// Invariants: what is written is a chain without a gap from event 1 to head().
/// Errors:     Errc::kInternal, saying which events, for lines that are missing or damaged.
class StagedLog {
 public:
  /// `folder` is there and empty. Nothing after event `through` is written.
  StagedLog(std::filesystem::path folder, std::optional<Sequence> through);

  /// The lines of the next segment, which the manifest vouches for.
  Result<void> add_segment(const Manifest::Segment& segment, std::string_view content);
  /// Lines of a bundle, which nothing vouches for yet: `first` and those after it, each with its
  /// newline. What the log has already must be the same line.
  Result<void> add_lines(Sequence first, std::string_view content);

  const archive::Head& head() const { return head_; }
  /// True once event `through` is there.
  bool complete() const { return through_ && head_.seq >= *through_; }
  std::uint64_t bytes() const { return bytes_; }

 private:
  enum class Trust { kVouchedFor, kNotYet };
  Result<void> append(std::string_view content, Trust trust);
  Result<void> write(Sequence first, std::string_view lines);
  Result<std::size_t> skip_known(Sequence first, std::string_view content) const;

  // Constant after construction.
  const std::filesystem::path folder_;
  const std::optional<Sequence> through_;

  archive::Head head_;
  FileDescriptor file_;
  std::uint64_t file_bytes_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace coditect::replication
