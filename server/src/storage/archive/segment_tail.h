#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "base/result.h"
#include "storage/archive/archive.h"

namespace coditect::archive {

/// Errc::kInternal for what is wrong in a file at an offset, with what to do about it.
Error damage(const std::filesystem::path& file, std::uint64_t offset, const std::string& what);

/// What the end of one segment holds.
struct SegmentTail {
  std::uint64_t bytes = 0;  ///< up to the end of the last good line
  std::optional<Head> head;
  bool only_line = false;  ///< `head` is the segment's first line
};

/// Finds the last good line of a segment of `size` bytes and checks it against the one before.
/// One last line that is torn, or no event, is left out. Errc::kInternal for more than that.
Result<SegmentTail> read_tail(int fd, std::uint64_t size, const std::filesystem::path& path);

/// The same for a segment of whose lines only those up to `synced_through` are known to have
/// reached the disk: any page of the others may be missing. The tail ends before the first line
/// that does not follow the one before it. Reads from the last sure line on.
/// Errc::kInternal for damage among the sure lines that it meets.
Result<SegmentTail> read_doubtful_tail(int fd, std::uint64_t size, Sequence synced_through,
                                       const std::filesystem::path& path);

}  // namespace coditect::archive
