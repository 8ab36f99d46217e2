#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

/// Limits of the object store and of replication; base/limits.h has the others.
namespace coditect::limits {

inline constexpr std::size_t kObjectKeyBytesMax = 900;     // of a store's 1,024, prefix included
inline constexpr std::size_t kObjectPartBytes = 8u << 20;  // a part of a streamed upload
inline constexpr std::size_t kListPageObjectsMax = 1'000;

// One node lease; all times are of the monotonic clock.
inline constexpr std::chrono::milliseconds kLeaseTime{10'000};
inline constexpr std::chrono::milliseconds kLeaseRenewInterval{3'000};
/// A node stops acknowledging this long before somebody else may take its lease.
inline constexpr std::chrono::milliseconds kLeaseSafetyMargin{2'000};

/// With the time that a store takes, nothing that is older than a second is lost with the disk.
inline constexpr std::chrono::milliseconds kBundleInterval{800};
inline constexpr std::size_t kBundleBytesMax = 32u << 20;  // of content before compression
inline constexpr std::chrono::seconds kPagesInterval{30};
inline constexpr int kPagesPauseFactor = 100;  // of what a scan took: one percent of a core

// Databases off the machine: what goes beyond these is shipped whole, or not at all.
inline constexpr std::size_t kPageDeltaBytesMax = 16u << 20;  // else a snapshot
inline constexpr std::size_t kPageChainDeltasMax = 240;       // since the snapshot: a new one
inline constexpr std::size_t kPageChainBytesMin = 4u << 20;   // of deltas: cheaper than a PUT
inline constexpr std::uint64_t kShippedDatabaseBytesMax = 8ull
                                                          << 30;  // rebuilt from events instead
inline constexpr std::size_t kDatabaseScansMax = 2;               // at once on a node; others wait

// A workspace in the object store.
inline constexpr std::size_t kManifestBytesMax = 4u << 20;      // a larger one is not written
inline constexpr std::size_t kLogSegmentBytesMax = 8u << 20;    // of content; a longer line alone
inline constexpr std::size_t kLogSegmentBytesMin = 1u << 20;    // fewer wait for sleep or more
inline constexpr std::size_t kTransfersMax = 8;                 // of one workspace at a time
inline constexpr int kSwapAttemptsMax = 16;                     // lost races and lost answers
inline constexpr int kSnapshotAttemptsMax = 3;                  // of a repository that changes
inline constexpr std::uint64_t kUnpublishedEventsMax = 10'000;  // before a copy, applied again
inline constexpr std::chrono::minutes kGarbageGrace{60};        // unnamed, then removed
inline constexpr std::size_t kGarbageRemovedMax = 1'000;        // in one round; the rest later
inline constexpr std::uint64_t kSealsKept = 64;                 // last bundles of older epochs
inline constexpr std::size_t kCheckProblemsMax = 100;           // of a drill; more are not listed

// A node that takes in workspaces.
inline constexpr std::chrono::days kAsideKept{7};  // an older copy that lacks nothing known
inline constexpr std::chrono::days kAsideUncopiedKept{
    30};  // one with events that were never copied
/// With less than this free, the smaller of both, a node takes nobody's place.
inline constexpr std::uintmax_t kNodeDiskPercent = 2;
inline constexpr std::uintmax_t kNodeDiskBytesMax = 256u << 20;

}  // namespace coditect::limits
