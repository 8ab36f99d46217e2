#pragma once

#include <mutex>
#include <vector>

#include "tools/network/visit.h"

namespace coditect::tools {

/// What one command wanted to reach, each host once for each outcome, in order.
///
/// Threads:    any.
/// Invariants: at most limits::kVisitsMax entries; beyond it the last one says that there were
/// more.
class VisitLog {
 public:
  void add(Visit visit);
  std::vector<Visit> all() const;

 private:
  mutable std::mutex mutex_;  // guards visits_
  std::vector<Visit> visits_;
};

}  // namespace coditect::tools
