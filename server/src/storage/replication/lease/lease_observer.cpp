#include "storage/replication/lease/lease_observer.h"

#include <utility>

namespace coditect::replication {

LeaseObserver::Verdict LeaseObserver::observe(const std::vector<Seen>& leases, SteadyTime now) {
  std::map<NodeId, Known, std::less<>> known;
  Verdict verdict;
  for (const Seen& lease : leases) {
    SteadyTime since = now;
    const auto before = known_.find(lease.node);
    if (before != known_.end() && before->second.generation == lease.generation) {
      since = before->second.since;
    }
    known.insert_or_assign(lease.node, Known{lease.generation, since});
    if (now - since >= times_.claimant_time()) {
      verdict.expired.push_back(lease);
    } else if (now - since >= 2 * times_.renew_interval) {
      verdict.quiet.push_back(lease);
    }
  }
  known_ = std::move(known);
  return verdict;
}

}  // namespace coditect::replication
