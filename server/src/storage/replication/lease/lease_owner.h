#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "base/clock.h"
#include "storage/replication/lease/lease_record.h"

namespace coditect::replication {

/// What a node may still do by its lease.
enum class LeaseStanding {
  kValid,   ///< acknowledge
  kFenced,  ///< nothing, until a renewal succeeds
  kLost,    ///< nothing any more: somebody else has taken it
};

/// Decides for the owner of a lease: when to renew it, how long it is good for, when it is lost.
/// Makes no call and reads no clock.
///
/// Threads:    one at a time.
/// Lifetime:   a value.
/// Invariants: valid_until() is at most the time at which the store's present version was sent for
///             the first time, plus LeaseTimes::owner_time(); a lost lease stays lost. One write is
///             under way at most; its outcome is known before another one is made up.
class LeaseOwner {
 public:
  /// `record` is in the store as `generation`, and was sent at `sent_at` for the first time.
  LeaseOwner(LeaseTimes times, LeaseRecord record, std::string generation, SteadyTime sent_at);

  struct Write {
    LeaseRecord record;
    std::string if_generation;
  };
  struct Read {};
  struct Wait {
    SteadyTime until;
  };
  struct Stop {};
  using Order = std::variant<Write, Read, Wait, Stop>;
  /// What to do next. A Write must then be sent, and its outcome told.
  Order next(SteadyTime now);

  // The outcome of a Write.
  void stored(std::string generation);
  void refused();               ///< Errc::kConflict: another version is there
  void failed(SteadyTime now);  ///< of a Write or a Read: it is not known what happened
  // The outcome of a Read.
  void found(const LeaseRecord& record, std::string generation);
  void absent();

  /// From now on renewals say so.
  void seal_through(std::uint64_t epoch);
  /// The next Write frees the lease; it is good for nothing from now on.
  void release();
  bool released() const { return phase_ == Phase::kReleased; }

  LeaseStanding standing(SteadyTime now) const;
  /// SteadyTime::min() once it is lost or to be released.
  SteadyTime valid_until() const;
  const LeaseRecord& record() const { return record_; }

 private:
  enum class Phase { kHeld, kReleasing, kReleased, kLost };
  struct Sent {
    LeaseRecord record;
    SteadyTime first_at;
  };

  Write write(SteadyTime now);
  void settle(std::string generation);

  LeaseTimes times_;
  Phase phase_ = Phase::kHeld;
  LeaseRecord record_;  // what the store holds as far as is known
  std::string generation_;
  SteadyTime sent_at_;        // of record_
  std::optional<Sent> sent_;  // a write whose outcome is not known
  bool look_ = false;         // somebody else's version, or our own that we took for lost
  SteadyTime retry_at_ = SteadyTime::min();
  std::uint64_t sealed_through_;
};

}  // namespace coditect::replication
