#pragma once

#include <cstdint>
#include <string>

#include "storage/objects/object_store.h"
#include "storage/replication/keys.h"
#include "storage/replication/lease/lease_record.h"

namespace coditect::replication {

/// Ends a node's log of an epoch that is over: on return it has a seal, and an upload that is still
/// on its way fails. May be repeated, by anybody. An error says that it is not known whether the
/// log is sealed.
awaitable<Result<void>> seal_log(objects::ObjectStore& store, NodeId node, std::uint64_t epoch,
                                 std::string nonce);

/// Seals the logs of all epochs before `lease`'s own that are not known to be sealed. Whoever
/// begins an epoch does this before it reads or serves anything of the node's.
awaitable<Result<void>> seal_past(objects::ObjectStore& store, LeaseRecord lease);

}  // namespace coditect::replication
