#pragma once

#include "base/clock.h"

namespace coditect::replication {

/// When a dirty database may be scanned again: not sooner than limits::kPagesInterval after the
/// scan before, nor before limits::kPagesPauseFactor times what that one took, so that a large
/// database or a busy machine makes the scans rarer and not the work slower. Pure.
///
/// Threads: one at a time.
class ScanPace {
 public:
  bool due(SteadyTime now) const { return now >= next_; }
  SteadyTime next() const { return next_; }
  void scanned(SteadyTime began, SteadyTime ended);

 private:
  SteadyTime next_ = SteadyTime::min();
};

}  // namespace coditect::replication
