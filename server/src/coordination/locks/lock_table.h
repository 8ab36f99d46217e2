#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "base/event.h"
#include "base/json.h"
#include "base/result.h"
#include "coordination/locks/held_locks.h"
#include "coordination/locks/lock.h"
#include "coordination/locks/wait_graph.h"
#include "coordination/locks/wait_queue.h"

namespace coditect::locks {

/// The read/write locks of one workspace: who holds what, who waits, what a write needs.
///
/// How to use it. Methods decide and return events; the caller records each event and gives it to
/// apply(), in order, before the next call of anything here. After every apply(), after cancel()
/// and when next_deadline() comes, call next_step(now) until it returns nothing, handling each
/// step before asking for the next. A request is answered when its events are durable.
///
/// Fair: of two conflicting requests the one that came first is granted first; a reader does not
/// overtake a waiting writer. (WaitGraph names the one exception.)
/// Re-entrant: a holder that asks for what it already has gets the lock it has. It is released
/// once, by its token, however often it was asked for.
/// Upgrade: a holder of a read lock that asks to write the same path waits for the other readers
/// and then gets a write lock in place of its read lock, with a new token. Two readers that both
/// upgrade would wait for each other: the second is refused, as is every request whose waiting
/// would close a ring. A ring that closes later, by a grant or a release, ends its newest wait.
///
/// Threads:    one strand.
/// Invariants: no two holders have conflicting locks on overlapping paths; tokens only rise; held
///             locks and tokens change in apply() alone, waiters in every method.
/// Errors:     kInvalid for a bad path or lease, kLimit beyond limits::kLocksMax.
class LockTable {
 public:
  LockTable() = default;
  /// The table of a snapshot; nobody waits.
  static Result<LockTable> restore(const json::object& snapshot);
  json::object snapshot() const { return held_.snapshot(); }

  /// Takes any event of the log; types other than lock_* change nothing. An event that does not
  /// fit the state is refused and changes nothing.
  Result<void> apply(const Event& event);

  /// Errc::kLocked, as Refused, where waiting would be a deadlock or the timeout is zero.
  Result<Decision> acquire(const Request& request);
  /// Makes the lease end `lease` from now, unless it ends later already. Errc::kConflict when the
  /// lock is gone or its lease is over, kDenied when somebody else holds it.
  Result<EventDraft> renew(Token token, std::string_view holder, std::chrono::milliseconds lease,
                           Time now, Renewal renewal = Renewal::kInPerson) const;
  /// Gives the lock back. No event where `path` is only covered by the lock: a wider lock that was
  /// there before stays. An empty path names the lock's own.
  Result<std::vector<EventDraft>> release(std::string_view path, Token token,
                                          std::string_view holder) const;
  /// Takes a lock away from its holder, whose writes then fail.
  Result<EventDraft> revoke(Token token, std::string_view actor) const;
  /// Ends everything a holder has and waits for, when it is gone. The steps are in order.
  std::vector<Step> release_all(std::string_view holder, ReleaseReason reason,
                                std::string_view actor);
  /// Ends a wait. Errc::kNotFound when it has ended already.
  Result<Step> cancel(WaiterId waiter);
  /// Ends a wait for good, with `why`: somebody has decided so. Errc::kNotFound as above.
  Result<Step> refuse(WaiterId waiter, Error why);

  /// The next thing that is due: an expired lease, a grant to a waiter, a wait that is over, a
  /// deadlock's victim.
  std::optional<Step> next_step(Time now);
  /// When next_step() has something to do even if nothing is applied.
  std::optional<Time> next_deadline() const;

  /// Whether `holder` may change the file now. Errc::kLocked while somebody else has a lock of
  /// either kind on it. With a token, that lock must be the holder's, for writing, cover the path
  /// and have time left: else Errc::kConflict (stale) or kDenied (somebody else's, or a read lock).
  Result<void> check_write(std::string_view path, std::string_view holder,
                           std::optional<Token> token, Time now) const;

  /// The locks of others that are in the waiter's way, oldest first; none where only the queue is.
  std::vector<Lock> in_the_way(const Waiter& waiter) const;

  const HeldLocks& held() const { return held_; }
  const std::map<Token, Lock>& locks() const { return held_.locks(); }
  const std::map<WaiterId, Waiter>& waiters() const { return waiting_.waiters(); }
  Token last_token() const { return held_.last_token(); }

 private:
  WaitGraph graph() const { return {held_, waiting_}; }
  Granted grant(const PathPattern& path, const Request& request, Time now) const;
  std::optional<Granted> already_held(const PathPattern& path, const Request& request,
                                      Time now) const;
  const Lock* upgradable(const PathPattern& path, const Request& request) const;
  Decision wait(PathPattern path, const Request& request, const Blocker& blocker);
  Result<const Lock*> need_lock(Token token, std::string_view holder) const;
  Step end_wait(WaiterId id, WaitEnd reason, Error error);
  std::optional<Step> expire(Time now) const;
  std::optional<Step> grant_next(Time now);
  std::optional<Step> time_out(Time now);
  std::optional<Step> break_deadlock();

  // Durable: changed by apply() alone.
  HeldLocks held_;
  // Volatile: gone after a restart, when everybody asks again.
  WaitQueue waiting_;
  std::uint64_t last_waiter_ = 0;
  bool deadlock_possible_ = false;  ///< something changed that can close a ring of waiters
};

}  // namespace coditect::locks
