#pragma once

#include <cstdint>
#include <vector>

#include "storage/replication/manifest.h"

namespace coditect::replication {

/// Consecutive events that go into one segment together.
struct Run {
  Sequence first = 0;
  Sequence last = 0;
  std::uint64_t bytes = 0;  ///< of their lines, newlines included
  bool operator==(const Run&) const = default;
};

/// Cuts lines, which come one after the other, into runs of at most
/// limits::kLogSegmentBytesMax bytes; a longer line is a run of its own.
class RunCutter {
 public:
  /// `line_bytes` without the newline.
  void add(Sequence seq, std::uint64_t line_bytes);
  std::uint64_t bytes() const { return bytes_; }
  std::vector<Run> take() && { return std::move(runs_); }

 private:
  std::vector<Run> runs_;
  std::uint64_t bytes_ = 0;
};

/// Which segments stay, and which are written in place of the others and for new events.
struct SegmentPlan {
  std::size_t kept = 0;   ///< so many of the segments there are, from the first on
  std::vector<Run> runs;  ///< that follow them, each to become one segment
};

/// Small segments at the end are written again together with what is new: a segment is merged with
/// the one after it while it has less than twice its bytes and both fit into one. So the sizes of
/// those that are not full halve from one to the next, their number is at most the logarithm of
/// limits::kLogSegmentBytesMax, and a line is written again at most as often.
SegmentPlan plan_segments(const std::vector<Manifest::Segment>& segments, std::vector<Run> added);

}  // namespace coditect::replication
