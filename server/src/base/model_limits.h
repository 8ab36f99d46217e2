#pragma once

#include <chrono>

/// What keeps calls of models away from a key or an address that cannot take them. Each line says
/// what happens when it is reached. Limits of one call are in limits.h.
namespace coditect::limits {

// Attempts in all: then the call has failed. limits.h has the number for everything else.
inline constexpr int kModelOverloadedAttemptsMax = 8;
inline constexpr int kModelTimedOutAttemptsMax = 2;

inline constexpr int kModelFailuresInARowMax = 5;  // then the address is given up for a while
inline constexpr std::chrono::seconds kModelCircuitPauseMin{5};   // doubles with each failed try
inline constexpr std::chrono::seconds kModelCircuitPauseMax{60};  // and stays at this
// With another model to go on with, one does not wait long for the first.
inline constexpr int kModelAttemptsBeforeFallback = 3;
inline constexpr std::chrono::seconds kModelWaitBeforeFallback{30};

}  // namespace coditect::limits
