#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "base/image_header.h"

/// Any bytes are either refused or have sides and a kind that vendors take.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace coditect;
  const auto header =
      read_image_header(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!header) return 0;
  check(header->width > 0 && header->height > 0, "a picture has no sides");
  check(header->media_type == "image/png" || header->media_type == "image/jpeg", "of what kind?");
  return 0;
}
