#pragma once

#include <string>
#include <vector>

#include "async/strand.h"
#include "storage/objects/object_store.h"
#include "storage/replication/lease/lease_observer.h"
#include "storage/replication/lease/lease_store.h"
#include "storage/replication/timing.h"

namespace coditect::replication {

/// Looks for nodes whose place may be taken.
///
/// Threads:  one strand.
/// Lifetime: `store` and `timing` outlive it.
/// Errors:   those of the store; a poll that failed changes nothing.
class LeaseWatch {
 public:
  LeaseWatch(objects::ObjectStore& store, Timing& timing, LeaseTimes times)
      : store_(store), timing_(timing), times_(times), observer_(times) {}

  struct Vacancy {
    StoredLease lease;
    enum class Reason { kExpired, kReleased } reason = Reason::kExpired;
  };
  /// One look at all leases; to be called every few seconds. Gives each vacancy again for as long
  /// as it lasts. take_over() takes one.
  awaitable<Result<std::vector<Vacancy>>> poll();
  /// Begins anew: no lease is vacant before it has been watched for the whole time again.
  void forget() { observer_ = LeaseObserver(times_); }

 private:
  objects::ObjectStore& store_;
  Timing& timing_;
  const LeaseTimes times_;
  LeaseObserver observer_;
};

}  // namespace coditect::replication
