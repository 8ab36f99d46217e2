#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "async/blocking_pool.h"
#include "storage/objects/object_store.h"
#include "storage/replication/manifest.h"
#include "storage/replication/sync/segment_plan.h"

namespace coditect::replication {

/// Copies a workspace's archived events to the store as segments.
///
/// Threads:    any strand; one call at a time.
/// Lifetime:   `store` and `disk` outlive it and its calls.
/// Invariants: an object is put only where there is none; the manifest names a segment only after
///             its object is stored; the lines are those of the archive, whose chain was checked
///             when they were written.
/// Errors:     those of the store and the archive. What was stored stays, and the next call finds
///             it there.
class ArchiveSync {
 public:
  ArchiveSync(objects::ObjectStore& store, BlockingPool& disk, std::string folder,
              std::filesystem::path sessions);

  enum class Amount {
    kEnough,      ///< nothing before limits::kLogSegmentBytesMin have gathered
    kEverything,  ///< for sleep and hand-off
  };
  struct Stored {
    std::vector<Manifest::Segment> segments;  ///< all, to be put in place of the manifest's
    std::string head_hash;
    std::uint64_t objects = 0;
    std::uint64_t bytes = 0;  ///< of those objects
  };
  /// Stores what the archive holds after the manifest's last segment, up to event `through`.
  awaitable<Result<Stored>> store(Manifest manifest, Sequence through, Amount amount);

 private:
  struct Encoded {
    Manifest::Segment segment;
    std::string object;
    std::string last_hash;
  };
  Result<std::vector<Run>> cut(Sequence after, Sequence through, Amount amount) const;
  Result<Encoded> encode(const Run& run, std::uint64_t epoch) const;

  // Constant after construction.
  objects::ObjectStore& store_;
  BlockingPool& disk_;
  const std::string folder_;
  const std::filesystem::path sessions_;
};

}  // namespace coditect::replication
