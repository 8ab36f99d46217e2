#pragma once

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <memory>

#include "async/strand.h"

namespace coditect {

/// Wakes the coroutines that wait for something to change; what changed is theirs to look up.
///
/// Threads:    one strand; every method is called on it, and waiters run on it.
/// Lifetime:   outlives its waiters: call notify_all() and join them before destroying it.
/// Errors:     none. A waiter that is cancelled by its TaskGroup ends with an exception, as every
///             await does.
class Notifier {
 public:
  explicit Notifier(const Strand& strand);

  /// Resumes at the next notify_all(). Always re-check the condition: wake-ups are shared.
  awaitable<void> wait();
  /// Resumes at the next notify_all() or at `deadline`, whichever comes first.
  awaitable<void> wait_until(std::chrono::steady_clock::time_point deadline);
  /// Wakes everybody who waits now, not those who come later.
  void notify_all();

 private:
  Strand strand_;
  // Shared with deadlines that may fire after this is gone.
  std::shared_ptr<asio::steady_timer> timer_;
};

}  // namespace coditect
