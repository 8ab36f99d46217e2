#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/event.h"
#include "base/json.h"
#include "base/result.h"
#include "base/strong_id.h"
#include "storage/databases/queries/match_query.h"
#include "storage/databases/queries/view.h"

namespace coditect::databases {

/// The events that hold what is asked for, the best first, of equally good ones the newest; none
/// for an empty query. At most `limit`.
Result<std::vector<Sequence>> search_log(const View& view, const MatchQuery& query,
                                         std::size_t limit);

/// One of them as a person sees it: {seq, ts, type, actor, task?, path?, tool?, excerpt}, where
/// `excerpt` is the event's text around the first of `terms` that it holds, on one line. Pure.
json::object log_hit(const Event& event, const std::vector<std::string>& terms);

}  // namespace coditect::databases
