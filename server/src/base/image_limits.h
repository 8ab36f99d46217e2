#pragma once

#include <cstddef>
#include <cstdint>

/// Of the pictures that a person gives to agents. More is refused with Errc::kLimit.
namespace coditect::limits {

inline constexpr std::size_t kImagesMax = 4;             // of one message
inline constexpr std::size_t kImageBytesMax = 2u << 20;  // of one picture
inline constexpr std::int64_t kImageSideMax = 2000;      // pixels

/// Of all pictures of one task, which go with each of its model calls. In base64 they are a third
/// longer, and a request to Gemini has at most 20 MB.
inline constexpr std::int64_t kTaskImageBytesMax = 12 << 20;

/// The most tokens that any vendor takes for one picture of that size. The dearest known cut it
/// into squares of 28 pixels, or into at most 2,500 squares that count up to 2.46 times.
inline constexpr std::int64_t kImageTokensMax = 8'000;

}  // namespace coditect::limits
