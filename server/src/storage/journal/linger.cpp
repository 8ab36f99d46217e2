#include "storage/journal/linger.h"

#include <algorithm>
#include <utility>

namespace coditect::journal {
namespace {

/// A wait is at most one part in this many of a sync. A disk that syncs in 2 ms gives its writers
/// 250 us; on one that syncs in 200 us two groups keep both processors busy, and few waits pay.
constexpr int kPartOfSync = 8;
/// A slower sync counts one part in this many.
constexpr int kSlowerWeight = 8;
/// Of those that were answered so many parts in four are to come back.
constexpr std::size_t kQuartersExpected = 3;
constexpr unsigned kSkipMax = 64;

}  // namespace

void Linger::batch_done(std::size_t answered, std::size_t waiting, Duration took) {
  answered_ = answered;
  waiting_ = waiting;
  const bool slower = typical_ != Duration::zero() && took > typical_;
  typical_ = slower ? typical_ + (took - typical_) / kSlowerWeight : took;
}

std::optional<Linger::Wait> Linger::next() {
  const std::size_t answered = std::exchange(answered_, 0);
  if (answered + waiting_ <= 1 || answered == 0) return std::nullopt;
  if (skip_ > 0) {
    --skip_;
    return std::nullopt;
  }
  answered_ = answered;  // for ended()
  return Wait{answered + waiting_, typical_ / kPartOfSync};
}

void Linger::ended(std::size_t appends) {
  const std::size_t answered = std::exchange(answered_, 0);
  if (appends >= waiting_ + answered * kQuartersExpected / 4) {
    next_skip_ = 0;
  } else {
    next_skip_ = std::min(std::max(2 * next_skip_, 1U), kSkipMax);
    skip_ = next_skip_;
  }
}

}  // namespace coditect::journal
