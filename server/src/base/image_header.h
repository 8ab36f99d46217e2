#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace coditect {

/// What a picture's first bytes say of it.
struct ImageHeader {
  std::string media_type;  ///< "image/png" or "image/jpeg": what every vendor of models takes
  std::int64_t width = 0;  ///< pixels
  std::int64_t height = 0;
};

/// Reads the header of a PNG (W3C PNG, 5.2 and 11.2.2) or a JPEG (ITU-T T.81, B.1 and B.2.2). The
/// picture itself is not decoded, so it may be damaged after that. Errc::kInvalid for anything
/// else, and for a picture without a width or a height.
///
/// Threads: any.
Result<ImageHeader> read_image_header(std::string_view bytes);

}  // namespace coditect
