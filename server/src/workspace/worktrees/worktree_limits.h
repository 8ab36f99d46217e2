#pragma once

#include <cstddef>

namespace coditect::limits {

/// Copies of a project that are neither merged nor discarded; each is as large as the project.
inline constexpr std::size_t kWorktreesMax = 32;

}  // namespace coditect::limits

namespace coditect::workspace {

/// A difference that is shown ends some time after that.
inline constexpr std::size_t kWorktreeDiffBytesMax = 1u << 20;

}  // namespace coditect::workspace
