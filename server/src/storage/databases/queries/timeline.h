#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "base/result.h"
#include "base/strong_id.h"
#include "storage/databases/queries/view.h"

namespace coditect::databases {

/// Which moment is looked at.
struct TimelineLook {
  Sequence seq = 0;
  /// Whoever asks knows the files after this event, and wants only what is different.
  std::optional<Sequence> since = {};
};
/// Of moments that are further apart all files are given: that is as fast then.
inline constexpr Sequence kSinceEventsMax = 20'000;

/// The workspace right after event `seq`: {seq, files:[{path,version,hash,size}],
/// agents:[{name,state,task?}], locks:[{path,mode,holder,token}],
/// tasks:[{id,agent,state,priority}]}. Of the finished tasks the last kPageMax. Everything is empty
/// for 0. Where `since` is near, `files` are only those that were edited between the two moments,
/// and {since, removed: [path]} is there as well. Errc::kNotFound beyond the head of the log.
Result<json::object> timeline_at(const View& view, TimelineLook look);

/// The last event at or before `time`; 0 when the log begins later.
Result<Sequence> seq_at_time(const View& view, Time time);

/// Which events a part of the timeline shows. Empty fields do not filter.
struct TimelineFilter {
  Sequence from = 1;
  Sequence before = 0;      ///< where it is not 0: the last `limit` events before this one
  std::size_t limit = 100;  ///< cut to kPageMax
  std::vector<std::string> types = {};
  std::string agent = {};
  std::string path = {};  ///< exactly this file
};

/// The sequence numbers of the first `limit` events from `from` on that match, or of the last ones
/// before `before`, rising.
Result<std::vector<Sequence>> timeline_range(const View& view, const TimelineFilter& filter);

}  // namespace coditect::databases
