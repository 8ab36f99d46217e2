#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <string>

#include "base/random.h"
#include "storage/objects/object_store.h"
#include "storage/replication/lease/lease_watch.h"
#include "storage/replication/lease/node_lease.h"
#include "storage/replication/node/adoption.h"
#include "storage/replication/timing.h"

namespace coditect::replication {

/// Takes the place of nodes that are gone.
///
/// Threads:    one strand; the counters from any thread.
/// Lifetime:   what Parts refers to outlives it. run() ends by being cancelled.
/// Errors:     a takeover that failed is tried again at the next look.
class NodeWatch {
 public:
  struct Parts {
    objects::ObjectStore& store;
    Timing& timing;
    Random& random;
    const NodeLease& lease;  ///< this node's: without it nothing is taken
    NodeId node;
    Adoption& adoption;
  };
  explicit NodeWatch(Parts parts);

  static awaitable<void> run(NodeWatch& self);

  std::uint64_t takeovers() const { return takeovers_; }
  /// Workspaces that were taken.
  std::uint64_t adopted() const { return adopted_; }

 private:
  awaitable<void> look();
  bool is_due(const LeaseWatch::Vacancy& vacancy);
  awaitable<bool> has_room(const NodeId& node);
  awaitable<Result<void>> take_place_of(LeaseWatch::Vacancy vacancy);
  /// Brings what an earlier takeover has made this node's and has not brought.
  awaitable<void> complete();

  const Parts parts_;
  LeaseWatch leases_;
  /// A lease that nobody holds: since when that is known here, and whether its workspaces were
  /// taken.
  struct Vacant {
    std::string generation;
    SteadyTime since{};
    bool done = false;
    bool told = false;  ///< that there is no room for them here
  };
  std::map<NodeId, Vacant> vacant_;
  bool incomplete_ = false;  ///< a takeover may have left something to bring
  std::atomic<std::uint64_t> takeovers_ = 0;
  std::atomic<std::uint64_t> adopted_ = 0;
};

}  // namespace coditect::replication
