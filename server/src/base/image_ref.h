#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace coditect {

/// A picture that a person gives to agents. Its bytes are in the workspace's blob store.
///
/// Threads: any; a value.
struct ImageRef {
  std::string hash;        ///< SHA-256 of the bytes, 64 lower-case hex digits
  std::string media_type;  ///< "image/png" or "image/jpeg"
  std::int64_t size = 0;   ///< bytes
  std::int64_t width = 0;  ///< pixels
  std::int64_t height = 0;
  bool operator==(const ImageRef&) const = default;
};

/// Together.
std::int64_t bytes_of(std::span<const ImageRef> images);
/// [{hash, media_type, size, width, height}], as events and answers have it.
json::array to_json(std::span<const ImageRef> images);
/// The member `images` of an event's data; none where it is absent. Errc::kInvalid where it is no
/// such list.
Result<std::vector<ImageRef>> parse_images(const json::object& data);

}  // namespace coditect
