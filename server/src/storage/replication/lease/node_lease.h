#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "async/notifier.h"
#include "async/strand.h"
#include "async/task_group.h"
#include "storage/objects/object_store.h"
#include "storage/replication/lease/lease_owner.h"
#include "storage/replication/lease/lease_store.h"
#include "storage/replication/timing.h"

namespace coditect::replication {

/// Holds a lease and renews it until it is released or lost.
///
/// Threads:    one strand; valid(), epoch() and nonce() from any thread.
/// Lifetime:   `store` and `timing` outlive it. Await release() or close() before destroying it.
/// Invariants: while valid() is true nobody else can acquire the lease, however long answers take;
///             see LeaseOwner.
/// Errors:     a failed renewal is tried again for as long as the lease is not lost; what went
/// wrong
///             last is in trouble(). An exception in the renewing ends the lease: kLost.
class NodeLease {
 public:
  /// Called on the strand with each change of standing.
  using Listener = std::function<void(LeaseStanding standing)>;

  /// Begins to renew a lease that claim_lease() has given.
  NodeLease(const Strand& strand, objects::ObjectStore& store, Timing& timing, LeaseTimes times,
            WrittenLease lease);
  ~NodeLease();

  void listen(Listener listener) { listeners_.push_back(std::move(listener)); }

  /// To be asked right before anything is acknowledged.
  bool valid() const;
  std::uint64_t epoch() const { return epoch_; }
  const std::string& nonce() const { return nonce_; }
  LeaseStanding standing() const { return owner_.standing(timing_.now()); }
  const LeaseRecord& record() const { return owner_.record(); }
  const std::optional<Error>& trouble() const { return trouble_; }

  /// The logs of the epochs before this one are sealed; the next renewal says so.
  void past_is_sealed() { owner_.seal_through(epoch_ - 1); }

  /// Stops renewing and, unless the lease is lost, frees it for whoever comes next. Nothing is
  /// valid from the call on. Errc::kUnavailable where the store cannot be reached for `patience`:
  /// the lease then ends by itself.
  awaitable<Result<void>> release(std::chrono::milliseconds patience);
  /// Stops renewing; the lease ends by itself. Nothing is valid from the call on.
  awaitable<void> close();

 private:
  static awaitable<void> renew(NodeLease& self);
  static awaitable<void> watch(NodeLease& self);
  awaitable<void> perform(LeaseOwner::Write write);
  awaitable<void> perform(LeaseOwner::Read read);
  void fail(Error error);
  void update();

  // Constant after construction.
  const Strand strand_;
  objects::ObjectStore& store_;
  Timing& timing_;
  const LeaseTimes times_;
  const std::uint64_t epoch_;
  const std::string nonce_;
  /// SteadyTime of LeaseOwner::valid_until(), for any thread.
  std::atomic<SteadyTime::rep> valid_until_;
  // Touched only on strand_.
  LeaseOwner owner_;
  LeaseStanding told_ = LeaseStanding::kValid;
  std::optional<Error> trouble_;
  std::vector<Listener> listeners_;
  TaskGroup tasks_;
};

}  // namespace coditect::replication
