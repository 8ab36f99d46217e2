#include "storage/replication/pages/scan_pace.h"

#include <algorithm>

#include "base/storage_limits.h"

namespace coditect::replication {

void ScanPace::scanned(SteadyTime began, SteadyTime ended) {
  const SteadyTime::duration took = ended - began;
  next_ = began +
          std::max<SteadyTime::duration>(limits::kPagesInterval, took * limits::kPagesPauseFactor);
}

}  // namespace coditect::replication
