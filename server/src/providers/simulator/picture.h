#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace coditect::simulator {

/// A picture that the user shows. What is here may be called on any thread.
struct Picture {
  std::string media_type;
  std::int64_t width = 0;  ///< pixels
  std::int64_t height = 0;
};

/// A picture in base64; nothing where it is of a kind that the simulation cannot look at.
/// Errc::kInvalid for what vendors refuse: no base64, or not what `media_type` says.
Result<std::optional<Picture>> read_picture(std::string_view media_type, std::string_view base64);
/// The same of a URL; nothing for one that does not hold the picture itself.
Result<std::optional<Picture>> read_picture_url(std::string_view url);

/// What a vendor counts it as, roughly: Anthropic's published rule.
std::int64_t picture_tokens(const Picture& picture);
/// "a PNG of 64 x 48 pixels"
std::string describe(const Picture& picture);

}  // namespace coditect::simulator
