#pragma once

#include <chrono>
#include <string>

#include "storage/replication/lease/lease_store.h"

namespace coditect::replication {

/// Takes the place of a node whose lease LeaseWatch found vacant: begins its next epoch with
/// `holder` and seals its logs. On return nothing that the node was told to be acknowledged is
/// missing from its logs, and nothing more gets into them: its workspaces can be taken, each by its
/// manifest. Errc::kConflict where the node lives or somebody else was quicker; kUnavailable after
/// `patience`. After an error the lease is vacant again by itself, and anybody may go on.
awaitable<Result<StoredLease>> take_over(objects::ObjectStore& store, Timing& timing,
                                         LeaseTimes times, StoredLease vacant, NodeId holder,
                                         std::string nonce, std::chrono::milliseconds patience);

/// Frees the lease once the node's workspaces are taken, so that the node may start again at once.
awaitable<Result<void>> end_takeover(objects::ObjectStore& store, Timing& timing, LeaseTimes times,
                                     StoredLease held, std::chrono::milliseconds patience);

}  // namespace coditect::replication
