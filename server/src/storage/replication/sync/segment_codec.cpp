#include "storage/replication/sync/segment_codec.h"

#include <fmt/format.h>
#include <zstd.h>

#include <algorithm>

#include "base/limits.h"
#include "base/sha256.h"
#include "base/storage_limits.h"
#include "storage/blobs/zstd_codec.h"

namespace coditect::replication {

std::uint64_t segment_content_bytes_max() {
  return std::max<std::uint64_t>(limits::kLogSegmentBytesMax, limits::kEventBytesMax + 1);
}

std::uint64_t segment_object_bytes_max() { return ZSTD_compressBound(segment_content_bytes_max()); }

std::string encode_segment(std::string_view content) {
  return blobs::Compressor().compress(content);
}

Result<std::string> decode_segment(std::string_view object, const Manifest::Segment& segment) {
  if (segment.content_bytes > segment_content_bytes_max()) {
    return internal(fmt::format("{} would have {} bytes", name_of(segment), segment.content_bytes));
  }
  std::string content;
  content.reserve(segment.content_bytes);
  bool given = false;
  const auto source = [&]() -> Result<std::string_view> {
    const std::string_view part = given ? std::string_view() : object;
    given = true;
    return part;
  };
  auto read = blobs::decompress(source, segment.content_bytes, [&](std::string_view part) {
    content += part;
    return Result<void>();
  });
  if (!read) return internal(name_of(segment) + ": " + read.error().message);
  if (content.size() != segment.content_bytes || sha256_hex(content) != segment.sha256) {
    return internal(name_of(segment) + " are other lines than the manifest says");
  }
  return content;
}

std::string name_of(const Manifest::Segment& segment) {
  return fmt::format("events {} to {}", segment.first, segment.last);
}

}  // namespace coditect::replication
