#pragma once

#include <cstdint>
#include <utility>

#include "async/notifier.h"
#include "async/strand.h"

namespace coditect {

/// Makes a stretch of a coroutine atomic across its awaits, first come first served.
///
/// Threads:  one strand; lock() is called on it.
/// Lifetime: outlives its guards.
/// Errors:   none. A waiter that is cancelled gives its place up.
class AsyncMutex {
 public:
  /// Unlocks when destroyed, on the strand.
  class Guard {
   public:
    explicit Guard(AsyncMutex& mutex) : mutex_(&mutex) {}
    Guard(Guard&& other) noexcept : mutex_(std::exchange(other.mutex_, nullptr)) {}
    Guard& operator=(Guard&&) = delete;
    ~Guard() {
      if (mutex_ != nullptr) mutex_->unlock();
    }

   private:
    AsyncMutex* mutex_;
  };

  explicit AsyncMutex(const Strand& strand) : changed_(strand) {}

  awaitable<Guard> lock() {
    while (locked_) co_await changed_.wait();
    locked_ = true;
    co_return Guard(*this);
  }
  bool locked() const { return locked_; }

 private:
  void unlock() {
    locked_ = false;
    changed_.notify_all();
  }

  bool locked_ = false;
  Notifier changed_;
};

}  // namespace coditect
