#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/storage_limits.h"
#include "storage/databases/connection.h"
#include "storage/replication/pages/page_delta.h"
#include "storage/replication/pages/page_state.h"

namespace coditect::replication {

/// Says where the bytes of a delta go, once it is known what it is: a small one into a bundle, a
/// snapshot into a file.
using DeltaTarget = std::function<Result<PartSink>(const DeltaHead& head)>;
/// A target that appends to `bytes`, which outlives it.
DeltaTarget into(std::string& bytes);

/// When a snapshot is shipped instead of a delta.
struct ChainLimits {
  std::size_t deltas_max = limits::kPageChainDeltasMax;
  /// Deltas since the snapshot may take this, or half the database, whichever is more.
  std::uint64_t bytes_min = limits::kPageChainBytesMin;
  std::uint64_t delta_bytes_max = limits::kPageDeltaBytesMax;
};

/// Finds what changed in one database since the store last acknowledged a state of it, by comparing
/// pages: neither sizes nor times nor counters of its files are looked at.
///
/// Threads:    one at a time; collect() blocks.
/// Lifetime:   as long as the database is shipped by this process.
/// Invariants: shipped() is a state that the store has, or had; it changes with commit() only. A
///             delta that is collected and never committed leaves no trace here; whether it
///             reached the store all the same is for newest_chain() to see at the restore.
/// Errors:     collect(): the connection's, the target's, Errc::kLimit for a database beyond
///             limits::kShippedDatabaseBytesMax. Nothing changed then.
class PageTracker {
 public:
  explicit PageTracker(ChainLimits limits = {}) : limits_(limits) {}

  /// Goes on from a state that the store has: one that was restored, or saved.
  void continue_from(PageState state);
  /// Goes on from what save() wrote. Errc::kNotFound, or kInternal for a damaged file; then the
  /// next delta is a snapshot. Whether the store's snapshot is still the one of shipped()->chain is
  /// the caller's to compare: where it is not, call forget().
  Result<void> load(const std::filesystem::path& path);
  /// Keeps shipped() over a restart. Not synced: a power cut may leave an older state or a file
  /// that load() refuses. Does nothing where nothing was shipped.
  Result<void> save(const std::filesystem::path& path) const;
  /// The next delta is a snapshot.
  void forget();

  /// Everything that changed after shipped(), as of one moment; the delta's bytes go where `target`
  /// says. Nothing where no event was applied since. Forgets what an earlier call collected.
  Result<std::optional<DeltaHead>> collect(databases::Connection& connection,
                                           const DeltaTarget& target);
  /// The store has acknowledged the delta that was collected last. Errc::kConflict, and no change,
  /// for any other.
  Result<void> commit(const DeltaHead& head);

  const std::optional<PageState>& shipped() const { return shipped_; }

 private:
  struct Collected {
    DeltaHead head;
    PageState state;
  };
  Result<std::vector<std::uint32_t>> compare_pages(PageScan& scan, PageState& next) const;
  bool needs_snapshot(const PageState& next, const DeltaHead& delta) const;

  const ChainLimits limits_;
  std::optional<PageState> shipped_;
  std::optional<Collected> collected_;
};

/// NAME.pages beside NAME.db: where save() and load() keep a database's hashes.
std::filesystem::path page_state_path(const std::filesystem::path& database);

}  // namespace coditect::replication
