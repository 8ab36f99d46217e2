#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/strong_id.h"
#include "storage/databases/queries/view.h"

namespace coditect::databases {

/// More buckets than a screen has columns are of no use.
inline constexpr std::size_t kDensityBucketsMax = 500;
/// Of more pauses the longest are given.
inline constexpr std::size_t kDensityGapsMax = 1000;

/// What is counted. Empty fields do not filter.
struct DensityQuestion {
  enum class By { kType, kAgent };

  Sequence from = 1;
  Sequence to = 0;            ///< the last event; 0 for the last there is
  std::size_t buckets = 200;  ///< at most; cut to kDensityBucketsMax
  By by = By::kType;
  std::vector<std::string> types = {};
  std::string agent = {};
  std::string path = {};  ///< exactly this file
};

/// How much happened when: {from, to, width, to_ts, buckets: [{from, ts, counts: {key: n}}],
/// gaps: [{seq, ms}]}. A bucket is `width` events of the log, however many of them are counted;
/// `ts` is the time of its first one. `from` and `to` are moved outwards to where a large range is
/// counted fast. `gaps` are pauses of kIdleGapMs and more before an event, in order.
Result<json::object> density(const View& view, const DensityQuestion& question);

}  // namespace coditect::databases
