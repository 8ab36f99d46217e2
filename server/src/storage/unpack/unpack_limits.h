#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "base/limits.h"

namespace coditect::unpack {

inline constexpr std::uint64_t kArchiveBytesMax = 1ull << 30;   // of an upload: refused
inline constexpr std::uint64_t kDiskBytesKept = 512ull << 20;   // less is left free: refused
inline constexpr std::size_t kLeftOutShownMax = 20;             // of what is left out; all count
inline constexpr std::uint64_t kGitConfigBytesMax = 64u << 10;  // a larger one is left out

/// What an archive may be at most; tests make it small. Beyond any of it nothing of the archive is
/// kept.
struct Limits {
  std::uint64_t bytes_max = 4ull << 30;  ///< unpacked
  std::size_t entries_max = limits::kProjectFilesMax;
  /// An archive that holds more than this many times its own size is no project but a bomb. What
  /// is small in any case is let pass.
  std::uint64_t ratio_max = 100;
  std::uint64_t ratio_free_bytes = 64ull << 20;
};

}  // namespace coditect::unpack
