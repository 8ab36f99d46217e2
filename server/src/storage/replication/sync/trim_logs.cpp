#include "storage/replication/sync/trim_logs.h"

#include <algorithm>

namespace coditect::replication {

namespace {

bool same_log(const LogPlace& a, const LogPlace& b) {
  return a.node == b.node && a.epoch == b.epoch;
}

/// The earlier of `place` and those of `needed` in the same log; nothing where none is.
std::optional<LogPlace> first_needed(const LogPlace& log, const std::vector<LogPlace>& needed) {
  std::optional<LogPlace> first;
  for (const LogPlace& place : needed) {
    if (same_log(place, log) && (!first || place.bundle < first->bundle)) first = place;
  }
  return first;
}

}  // namespace

std::vector<LogPlace> trim_logs(const std::vector<LogPlace>& logs, const LogPlace& log,
                                const std::vector<LogPlace>& needed) {
  std::vector<LogPlace> trimmed;
  for (const LogPlace& place : logs) {
    if (same_log(place, log)) continue;
    // What is needed and lies before the place was never there for this workspace.
    if (auto first = first_needed(place, needed)) {
      first->bundle = std::max(first->bundle, place.bundle);
      trimmed.push_back(*std::move(first));
    }
  }
  LogPlace own = log;
  if (const auto first = first_needed(log, needed))
    own.bundle = std::min(own.bundle, first->bundle);
  trimmed.push_back(std::move(own));
  return trimmed;
}

}  // namespace coditect::replication
