#pragma once

#include <map>
#include <mutex>
#include <string>

#include "base/clock.h"

namespace coditect::api {

/// Counts wrong secrets by the address that they came from, so that nobody tries many.
///
/// Threads:  any.
/// Lifetime: the clock outlives it.
class Attempts {
 public:
  explicit Attempts(const Clock& clock) : clock_(clock) {}

  /// Whether `address` has failed too often in this minute.
  bool is_over(const std::string& address);
  void failed(const std::string& address);

 private:
  struct Count {
    SteadyTime since;
    int failures = 0;
  };

  const Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, Count> counts_;  // guarded by mutex_
};

}  // namespace coditect::api
