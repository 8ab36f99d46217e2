#pragma once

#include <algorithm>
#include <cstdint>

#include "storage/objects/object_store.h"

namespace coditect::objects {

/// The part of a content that a Range names: offset + bytes <= the content's size.
struct Extent {
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
};

inline Extent extent_of(const Range& range, std::uint64_t content_bytes) {
  const std::uint64_t offset = std::min(range.offset, content_bytes);
  const std::uint64_t rest = content_bytes - offset;
  return {offset, std::min(range.bytes.value_or(rest), rest)};
}

/// Whether all of the content is meant, so that its checksum can be checked.
inline bool is_whole(const Extent& extent, std::uint64_t content_bytes) {
  return extent.offset == 0 && extent.bytes == content_bytes;
}

}  // namespace coditect::objects
