#pragma once

#include <cstddef>

/// What keeps an agent's loop from going round in a circle. Each line says what happens when it is
/// reached.
namespace coditect::limits {

// Times in a row that a model does the same: then it is told.
inline constexpr int kLoopRoundsUntilTold = 4;
// Times more after that: then the task fails.
inline constexpr int kLoopRoundsAfterTold = 3;
inline constexpr int kLoopsToldMax = 3;                  // of one task; another one fails it
inline constexpr std::size_t kLoopCallBytesShown = 200;  // of a call's input, to whoever is told

}  // namespace coditect::limits
