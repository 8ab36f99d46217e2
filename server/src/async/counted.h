#pragma once

#include <cstddef>

#include "async/notifier.h"

namespace coditect {

/// One more under way for as long as it lives; then whoever waits for them to end is woken, and
/// looks whether the count is 0.
///
/// Threads:  the notifier's strand.
/// Lifetime: `count` and `changed` outlive it.
class Counted {
 public:
  Counted(std::size_t& count, Notifier& changed) : count_(count), changed_(changed) { ++count_; }
  ~Counted() {
    --count_;
    changed_.notify_all();
  }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

 private:
  std::size_t& count_;
  Notifier& changed_;
};

}  // namespace coditect
