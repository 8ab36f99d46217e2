#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "storage/replication/manifest.h"

namespace coditect::replication {

/// The most bytes that a segment's content has: one line may be longer than a segment wants to be.
std::uint64_t segment_content_bytes_max();
/// The most bytes that a segment's object has.
std::uint64_t segment_object_bytes_max();

/// The object of a segment: its lines, a newline after each, as one zstd frame.
std::string encode_segment(std::string_view content);
/// The lines again. Errc::kInternal unless they are what the manifest says of the segment.
Result<std::string> decode_segment(std::string_view object, const Manifest::Segment& segment);

/// "events 1 to 200": what an error calls a segment.
std::string name_of(const Manifest::Segment& segment);

}  // namespace coditect::replication
