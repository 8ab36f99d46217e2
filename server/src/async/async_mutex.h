#pragma once

#include <cstdint>
#include <set>
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
    const Place place(*this);
    while (locked_ || !place.is_first()) co_await changed_.wait();
    locked_ = true;
    co_return Guard(*this);
  }
  bool locked() const { return locked_; }

 private:
  /// A place in the queue: without it who comes at the right moment, or unlocks and locks again at
  /// once, would pass those who wait, for ever if it happens often enough.
  class Place {
   public:
    explicit Place(AsyncMutex& mutex) : mutex_(mutex), number_(mutex.next_++) {
      mutex_.queue_.insert(number_);
    }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place() {
      mutex_.queue_.erase(number_);
      if (!mutex_.locked_) mutex_.changed_.notify_all();  // it was cancelled: the next one's turn
    }
    bool is_first() const { return *mutex_.queue_.begin() == number_; }

   private:
    AsyncMutex& mutex_;
    const std::uint64_t number_;
  };

  void unlock() {
    locked_ = false;
    changed_.notify_all();
  }

  bool locked_ = false;
  std::uint64_t next_ = 0;
  std::set<std::uint64_t> queue_;  ///< of those who wait
  Notifier changed_;
};

}  // namespace coditect
