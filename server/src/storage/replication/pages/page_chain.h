#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "storage/replication/pages/page_delta.h"

namespace coditect::replication {

/// Which of one database's deltas, given in the order of the log, lead from a snapshot to the
/// latest state: their places, in the order in which they are applied. Empty where no snapshot is
/// among them.
///
/// Not every delta of a log belongs to the chain: a process that dies between the store's
/// acknowledgement and its own note of it collects the same changes again, from the older state.
/// Pure.
std::vector<std::size_t> newest_chain(std::span<const DeltaHead> deltas);

}  // namespace coditect::replication
