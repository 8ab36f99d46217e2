#pragma once

#include <cstddef>

/// Each line says what happens when it is reached.
namespace coditect::limits {

inline constexpr std::size_t kInstructionFileBytesMax = 32u << 10;  // cannot be trusted
inline constexpr std::size_t kInstructionsBytesMax = 64u
                                                     << 10;  // of one task; the rest is left out
inline constexpr std::size_t kInstructionFilesMax = 1'000;   // trusted, and listed: refused, cut

}  // namespace coditect::limits
