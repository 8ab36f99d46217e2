#include "storage/replication/retention/garbage.h"

#include <algorithm>
#include <set>

#include "base/storage_limits.h"

namespace coditect::replication {

std::vector<LogPlace> unneeded_bundles(const std::vector<LogPlace>& present,
                                       const std::vector<LogPlace>& needed,
                                       std::uint64_t current_epoch) {
  using Log = std::pair<NodeId, std::uint64_t>;
  std::map<Log, std::uint64_t> first_needed;
  for (const LogPlace& place : needed) {
    const auto [log, added] = first_needed.try_emplace({place.node, place.epoch}, place.bundle);
    if (!added) log->second = std::min(log->second, place.bundle);
  }
  std::map<Log, std::uint64_t> last;
  for (const LogPlace& place : present) {
    std::uint64_t& bundle = last[{place.node, place.epoch}];
    bundle = std::max(bundle, place.bundle);
  }
  std::vector<LogPlace> unneeded;
  for (const LogPlace& place : present) {
    const Log log{place.node, place.epoch};
    const auto needed_from = first_needed.find(log);
    const bool nobody = needed_from == first_needed.end();
    if (nobody && place.epoch >= current_epoch) continue;
    if (!nobody && place.bundle >= needed_from->second) continue;
    const bool is_last = place.bundle == last[log];
    if (is_last && place.epoch + limits::kSealsKept >= current_epoch) continue;
    unneeded.push_back(place);
  }
  return unneeded;
}

std::vector<std::string> unnamed_objects(const std::vector<std::string>& keys,
                                         std::string_view folder, const Manifest& manifest) {
  std::set<std::string, std::less<>> named;
  for (const Manifest::Segment& segment : manifest.segments) {
    named.insert(segment_key(folder, segment.first, segment.last, segment.epoch));
  }
  for (const auto& [name, snapshot] : manifest.databases) named.insert(snapshot.key);
  std::vector<std::string> unnamed;
  for (const std::string& key : keys) {
    const bool segment = key.starts_with(sessions_prefix(folder)) &&
                         !key.starts_with(blob_prefix(folder)) && key.ends_with(".jsonl.zst");
    const bool snapshot = key.starts_with(snapshot_prefix(folder)) && key.ends_with(".snapshot");
    if ((segment || snapshot) && !named.contains(key)) unnamed.push_back(key);
  }
  return unnamed;
}

std::vector<std::string> GarbageMarks::due(const std::vector<std::string>& garbage, SteadyTime now,
                                           std::size_t count_max) {
  std::map<std::string, SteadyTime> still;
  std::vector<std::string> due;
  for (const std::string& key : garbage) {
    const auto marked = since_.find(key);
    const SteadyTime since = marked == since_.end() ? now : marked->second;
    still.emplace(key, since);
    if (now - since >= grace_ && due.size() < count_max) due.push_back(key);
  }
  since_ = std::move(still);
  return due;
}

}  // namespace coditect::replication
