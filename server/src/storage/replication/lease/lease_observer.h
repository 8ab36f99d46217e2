#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/clock.h"
#include "storage/replication/lease/lease_record.h"

namespace coditect::replication {

/// Decides for those who would take leases: which have not changed for so long, by the claimant's
/// own clock, that their owners have stopped. Makes no call and reads no clock.
///
/// Threads:    one at a time.
/// Invariants: a lease is expired only where one generation of it was seen at two times that lie
///             LeaseTimes::claimant_time() apart. As no generation is used twice, nothing was
///             written between.
class LeaseObserver {
 public:
  explicit LeaseObserver(LeaseTimes times) : times_(times) {}

  struct Seen {
    NodeId node;
    std::string generation;
  };
  struct Verdict {
    std::vector<Seen> quiet;    ///< unchanged for two renewals: perhaps released; worth a look
    std::vector<Seen> expired;  ///< may be taken, if it still has that generation
  };
  /// All leases there are. `now` is read after the store's answer has come, so that a version is
  /// never younger than it is taken for.
  Verdict observe(const std::vector<Seen>& leases, SteadyTime now);

 private:
  struct Known {
    std::string generation;
    SteadyTime since;  // the first time that this generation was seen
  };

  LeaseTimes times_;
  std::map<NodeId, Known, std::less<>> known_;
};

}  // namespace coditect::replication
