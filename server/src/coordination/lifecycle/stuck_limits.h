#pragma once

#include <chrono>

/// When an agent of which nothing is heard counts as stuck.
namespace coditect::limits {

// Reached: its call is cut off and made once more; then the task fails. Longer than the longest
// call that is in order: 5 minutes until the first byte, then 32,000 tokens at 40 a second.
inline constexpr std::chrono::minutes kAgentSilenceMax{20};
inline constexpr int kAgentStuckTimesMax = 2;  // in a row, without an answer of its model between

}  // namespace coditect::limits
