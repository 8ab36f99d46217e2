#pragma once

#include <chrono>
#include <string>

#include "async/strand.h"
#include "storage/objects/object_store.h"
#include "storage/replication/lease/lease_record.h"
#include "storage/replication/timing.h"

namespace coditect::replication {

/// A lease as the store has it.
struct StoredLease {
  LeaseRecord record;
  std::string generation;
};

/// One attempt. Errc::kNotFound where the node has none, kInternal for damage.
awaitable<Result<StoredLease>> read_lease(objects::ObjectStore& store, NodeId node);

/// A lease that was written, and when the write was sent for the first time: it is good from then.
struct WrittenLease {
  StoredLease stored;
  SteadyTime sent_at{};
};

/// Writes `record`, trying again and reading back until it is known whether it is there. The
/// record's nonce and counter make it unlike any other. Errc::kConflict where somebody else's
/// version stands, kUnavailable where it is still not known after `patience`.
awaitable<Result<WrittenLease>> write_lease(objects::ObjectStore& store, Timing& timing,
                                            LeaseTimes times, LeaseRecord record,
                                            objects::Condition condition,
                                            std::chrono::milliseconds patience);

/// Who asks for a lease.
struct LeaseClaim {
  NodeId node;        ///< whose lease
  NodeId holder;      ///< who will hold it: the node itself, or one that takes its place
  std::string nonce;  ///< of the asking process, never used before
};

/// Acquires a node's lease with the next epoch: at once where it is new, released, or names the
/// claimant as its holder, for a data folder has one process at a time; else as soon as its holder
/// has not renewed it for LeaseTimes::claimant_time(). Errc::kUnavailable after `patience`, with
/// what stood in the way.
awaitable<Result<WrittenLease>> claim_lease(objects::ObjectStore& store, Timing& timing,
                                            LeaseTimes times, LeaseClaim claim,
                                            std::chrono::milliseconds patience);

}  // namespace coditect::replication
