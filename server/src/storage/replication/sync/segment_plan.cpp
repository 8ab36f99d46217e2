#include "storage/replication/sync/segment_plan.h"

#include "base/check.h"
#include "base/storage_limits.h"

namespace coditect::replication {

namespace {

bool merge(const Run& earlier, const Run& later) {
  return earlier.bytes < 2 * later.bytes &&
         earlier.bytes + later.bytes <= limits::kLogSegmentBytesMax;
}

}  // namespace

void RunCutter::add(Sequence seq, std::uint64_t line_bytes) {
  const std::uint64_t bytes = line_bytes + 1;
  bytes_ += bytes;
  if (!runs_.empty() && runs_.back().bytes + bytes <= limits::kLogSegmentBytesMax) {
    check(runs_.back().last + 1 == seq, "runs have no gap");
    runs_.back().last = seq;
    runs_.back().bytes += bytes;
    return;
  }
  runs_.push_back({seq, seq, bytes});
}

SegmentPlan plan_segments(const std::vector<Manifest::Segment>& segments, std::vector<Run> added) {
  SegmentPlan plan{segments.size(), {}};
  for (const Run& next : added) {
    Run run = next;
    while (true) {
      if (!plan.runs.empty()) {
        if (!merge(plan.runs.back(), run)) break;
        run = {plan.runs.back().first, run.last, plan.runs.back().bytes + run.bytes};
        plan.runs.pop_back();
        continue;
      }
      if (plan.kept == 0) break;
      const Manifest::Segment& before = segments[plan.kept - 1];
      const Run earlier{before.first, before.last, before.content_bytes};
      if (!merge(earlier, run)) break;
      run = {earlier.first, run.last, earlier.bytes + run.bytes};
      --plan.kept;
    }
    plan.runs.push_back(run);
  }
  return plan;
}

}  // namespace coditect::replication
