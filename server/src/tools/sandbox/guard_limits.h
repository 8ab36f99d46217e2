#pragma once

#include <chrono>

namespace coditect::limits {

/// Between two looks at what a running command may not change: what changes meanwhile waits, and
/// is put back if need be.
inline constexpr std::chrono::milliseconds kGuardPause{50};

}  // namespace coditect::limits
