#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/strong_id.h"

namespace coditect::archive {

/// Reads one workspace's events from its folder of segments, also while they are appended.
///
/// Threads:    any; a reader holds nothing between calls.
/// Errors:     Errc::kInternal, naming the file and offset, where lines are missing or damaged.
class ArchiveReader {
 public:
  /// Gets one line without its newline; false ends the reading. The view is valid during the call.
  using Visit = std::function<Result<bool>(std::string_view line, Sequence seq)>;

  explicit ArchiveReader(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// Gives every event from `from` on, in order and without a gap, to the end of the archive. Finds
  /// the first one by bisecting its segment. A line that is being written is not given. A missing
  /// folder is an empty archive. An error of `visit` ends it and is returned.
  Result<void> read(Sequence from, const Visit& visit) const;

  /// The line of one event. Errc::kNotFound where the archive does not reach it.
  Result<std::string> line(Sequence seq) const;

 private:
  const std::filesystem::path folder_;
};

}  // namespace coditect::archive
