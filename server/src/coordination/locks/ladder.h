#pragma once

#include <chrono>

namespace coditect::locks {

/// How long an agent waits for a lock before the next thing is done about it. Zero: never done.
struct Ladder {
  std::chrono::seconds tell_after{10};        ///< the holder hears who waits
  std::chrono::seconds revoke_after{60};      ///< a holder that is idle for so long loses the lock
  std::chrono::seconds ask_after{120};        ///< a person is asked
  std::chrono::seconds ask_again_after{300};  ///< after "wait", said or by nobody's answer
};

/// The most that each may be.
inline constexpr std::chrono::seconds kLadderMax = std::chrono::hours(24);

}  // namespace coditect::locks
