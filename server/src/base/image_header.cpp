#include "base/image_header.h"

#include <optional>

namespace coditect {

namespace {

constexpr std::string_view kPngBegin{"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16};
constexpr std::size_t kPngSidesEnd = kPngBegin.size() + 8;
constexpr std::string_view kJpegBegin = "\xff\xd8";
/// Length, precision, height and width of a frame.
constexpr std::size_t kFrameBytes = 7;

std::int64_t number_at(std::string_view bytes, std::size_t at, std::size_t count) {
  std::int64_t number = 0;
  for (const char byte : bytes.substr(at, count)) {
    number = number << 8 | static_cast<unsigned char>(byte);
  }
  return number;
}

/// Whether a marker begins a frame: SOF0 to SOF15 without DHT, JPG and DAC, which lie among them.
bool begins_frame(unsigned marker) {
  return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

/// TEM and RSTn stand alone; all others that come before the frame have a length.
bool stands_alone(unsigned marker) { return marker == 0x01 || (marker >= 0xd0 && marker <= 0xd7); }

std::optional<ImageHeader> read_png(std::string_view bytes) {
  if (!bytes.starts_with(kPngBegin) || bytes.size() < kPngSidesEnd) return std::nullopt;
  return ImageHeader{"image/png", number_at(bytes, kPngBegin.size(), 4),
                     number_at(bytes, kPngBegin.size() + 4, 4)};
}

std::optional<ImageHeader> read_jpeg(std::string_view bytes) {
  if (!bytes.starts_with(kJpegBegin)) return std::nullopt;
  std::size_t at = kJpegBegin.size();
  while (at + 1 < bytes.size() && bytes[at] == '\xff') {
    const auto marker = static_cast<unsigned char>(bytes[at + 1]);
    if (marker == 0xff) {  // fill
      ++at;
      continue;
    }
    at += 2;
    if (stands_alone(marker)) continue;
    if (bytes.size() - at < kFrameBytes) return std::nullopt;
    if (begins_frame(marker)) {
      return ImageHeader{"image/jpeg", number_at(bytes, at + 5, 2), number_at(bytes, at + 3, 2)};
    }
    at += static_cast<std::size_t>(number_at(bytes, at, 2));
  }
  return std::nullopt;
}

}  // namespace

Result<ImageHeader> read_image_header(std::string_view bytes) {
  auto header = read_png(bytes);
  if (!header) header = read_jpeg(bytes);
  if (!header || header->width <= 0 || header->height <= 0) {
    return invalid("that is no picture in PNG or JPEG", "convert it to PNG or JPEG");
  }
  return *std::move(header);
}

}  // namespace coditect
