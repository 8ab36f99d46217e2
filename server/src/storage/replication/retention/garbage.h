#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "storage/replication/manifest.h"

/// What may be removed from the store: decisions without I/O.
namespace coditect::replication {

/// Which of a node's bundles no restore reads any more. `present` are all there are of that node;
/// `needed` are the places that any workspace's manifest names, of whatever node. Kept are all
/// bundles from the first needed one of their epoch on; those of the present epoch while no
/// workspace names it; and, for limits::kSealsKept epochs, the last bundle of each: a seal that
/// were gone would let a zombie's upload succeed.
std::vector<LogPlace> unneeded_bundles(const std::vector<LogPlace>& present,
                                       const std::vector<LogPlace>& needed,
                                       std::uint64_t current_epoch);

/// Which segments and snapshots of databases, among `keys`, a manifest does not name. Other keys
/// are never given.
std::vector<std::string> unnamed_objects(const std::vector<std::string>& keys,
                                         std::string_view folder, const Manifest& manifest);

/// Remembers how long each object has been garbage: it is removed only after a while, because a
/// restore may be under way that began with an older manifest.
///
/// Threads:    one at a time.
/// Invariants: what was not garbage in between begins anew. A restart begins anew for all.
class GarbageMarks {
 public:
  explicit GarbageMarks(std::chrono::milliseconds grace) : grace_(grace) {}

  /// `garbage` is all that is garbage now. Those that have been it for the whole grace, at most
  /// `count_max`.
  std::vector<std::string> due(const std::vector<std::string>& garbage, SteadyTime now,
                               std::size_t count_max);
  std::size_t size() const { return since_.size(); }

 private:
  const std::chrono::milliseconds grace_;
  std::map<std::string, SteadyTime> since_;
};

}  // namespace coditect::replication
