#include "providers/simulator/picture.h"

#include <fmt/format.h>

#include "base/base64.h"
#include "base/image_header.h"

namespace coditect::simulator {

namespace {

constexpr std::int64_t kPixelsPerToken = 750;
constexpr std::string_view kPng = "image/png";
constexpr std::string_view kJpeg = "image/jpeg";

}  // namespace

Result<std::optional<Picture>> read_picture(std::string_view media_type, std::string_view base64) {
  if (media_type != kPng && media_type != kJpeg) return std::optional<Picture>();
  const auto bytes = from_base64(base64);
  if (!bytes) return invalid("image: the data is no base64");
  TRY(ImageHeader header, read_image_header(*bytes));
  if (header.media_type != media_type) {
    return invalid(
        fmt::format("image: specified as {}, but it is {}", media_type, header.media_type));
  }
  return std::optional(Picture{std::move(header.media_type), header.width, header.height});
}

Result<std::optional<Picture>> read_picture_url(std::string_view url) {
  constexpr std::string_view kScheme = "data:";
  constexpr std::string_view kEncoding = ";base64,";
  const std::size_t comma = url.find(kEncoding);
  if (!url.starts_with(kScheme) || comma == std::string_view::npos) {
    return std::optional<Picture>();
  }
  return read_picture(url.substr(kScheme.size(), comma - kScheme.size()),
                      url.substr(comma + kEncoding.size()));
}

std::int64_t picture_tokens(const Picture& picture) {
  return picture.width * picture.height / kPixelsPerToken;
}

std::string describe(const Picture& picture) {
  return fmt::format("a {} of {} x {} pixels", picture.media_type == kPng ? "PNG" : "JPEG",
                     picture.width, picture.height);
}

}  // namespace coditect::simulator
