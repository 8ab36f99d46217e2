#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "base/result.h"
#include "base/strong_id.h"
#include "storage/databases/queries/view.h"

namespace coditect::databases {

/// The workspace right after event `seq`: {seq, files:[{path,version,hash,size}],
/// agents:[{name,state,task?}], locks:[{path,mode,holder,token}],
/// tasks:[{id,agent,state,priority}]}. Of the finished tasks the last kPageMax. Everything is empty
/// for 0. Errc::kNotFound beyond the head of the log.
Result<json::object> timeline_at(const View& view, Sequence seq);

/// The last event at or before `time`; 0 when the log begins later.
Result<Sequence> seq_at_time(const View& view, Time time);

/// Which events a part of the timeline shows. Empty fields do not filter.
struct TimelineFilter {
  Sequence from = 1;
  std::size_t limit = 100;  ///< cut to kPageMax
  std::vector<std::string> types = {};
  std::string agent = {};
  std::string path = {};  ///< exactly this file
};

/// The sequence numbers of the first `limit` events from `from` on that match, rising.
Result<std::vector<Sequence>> timeline_range(const View& view, const TimelineFilter& filter);

}  // namespace coditect::databases
