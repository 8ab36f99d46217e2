#include "tools/network/visit_log.h"

#include <algorithm>

#include "tools/network/network_limits.h"

namespace coditect::tools {

void VisitLog::add(Visit visit) {
  const std::scoped_lock hold(mutex_);
  if (visits_.size() >= limits::kVisitsMax || std::ranges::count(visits_, visit) > 0) return;
  visits_.push_back(std::move(visit));
  if (visits_.size() < limits::kVisitsMax) return;
  visits_.back() = {"", 0, visits_.back().outcome, "and more hosts"};
}

std::vector<Visit> VisitLog::all() const {
  const std::scoped_lock hold(mutex_);
  return visits_;
}

}  // namespace coditect::tools
