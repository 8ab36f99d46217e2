#pragma once

#include <cstddef>

namespace coditect::limits {

inline constexpr std::size_t kHunkTextBytesMax = 64u << 10;    // the text is cut and says so
inline constexpr std::size_t kHunksOfCallMax = 1'000;          // of a file: refused
inline constexpr std::size_t kReviewedFilesOfCallMax = 2'000;  // refused
inline constexpr std::size_t kReviewedTasksMax = 1'000;   // the oldest one's marks are forgotten
inline constexpr std::size_t kUndoBytesMax = 256u << 20;  // of all contents: Errc::kLimit
inline constexpr int kUndoAttemptsMax = 3;  // somebody is quicker each time: Errc::kConflict

}  // namespace coditect::limits
