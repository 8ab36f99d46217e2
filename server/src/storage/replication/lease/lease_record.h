#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/storage_limits.h"
#include "storage/replication/keys.h"

namespace coditect::replication {

/// What a lease object says: who may speak for a node, and in which epoch.
///
/// Invariants: epoch rises with each start of the node and each takeover, counter with each write
/// of
///             one process, so that no two writes are alike; sealed_through < epoch.
struct LeaseRecord {
  NodeId node;
  std::uint64_t epoch = 0;
  NodeId holder;      ///< the node itself, one that takes its place, or "": anybody may take it
  std::string nonce;  ///< of the process that wrote it
  std::uint64_t counter = 0;
  /// The logs of epochs up to this one are sealed. Whoever begins an epoch seals those between.
  std::uint64_t sealed_through = 0;

  bool released() const { return holder.empty(); }
  bool operator==(const LeaseRecord&) const = default;
};

/// What `holder` writes over `before` to begin the next epoch. From nothing: epoch 1.
LeaseRecord next_epoch(const LeaseRecord& before, NodeId node, NodeId holder, std::string nonce);

std::string to_text(const LeaseRecord& record);
/// Errc::kInternal for anything that is no lease or breaks an invariant, saying what.
Result<LeaseRecord> parse_lease(std::string_view text);

/// How long a lease lasts. `time` is what owner and claimant agree on; the margin is how much of it
/// the owner does not use and how much longer a claimant waits, for clocks that run unlike.
struct LeaseTimes {
  std::chrono::milliseconds time = limits::kLeaseTime;
  std::chrono::milliseconds renew_interval = limits::kLeaseRenewInterval;
  std::chrono::milliseconds margin = limits::kLeaseSafetyMargin;
  /// Between attempts that failed.
  std::chrono::milliseconds retry_interval{500};

  std::chrono::milliseconds owner_time() const { return time - margin; }
  std::chrono::milliseconds claimant_time() const { return time + margin; }
};

}  // namespace coditect::replication
