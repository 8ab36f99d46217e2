#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "coordination/locks/held_locks.h"
#include "coordination/locks/wait_queue.h"

namespace coditect::locks {

/// A request and its place in the queue: it looks only at waiters with a lower id.
struct Claim {
  const PathPattern& path;
  Mode mode;
  const std::string& holder;
  std::uint64_t place;
};

/// "`holder` waits for `path`, which `blocked_by` has or is ahead for."
struct WaitEdge {
  std::string holder;
  std::string path;
  std::optional<WaiterId> waiter;  ///< none for a request that is not in the queue yet
  std::string blocked_by;
};

/// Holders that wait for each other in a ring.
struct Cycle {
  std::vector<WaitEdge> edges;
  /// "agent:a waits for x, which agent:b has; agent:b waits for y, which agent:a has".
  std::string in_words() const;
  /// The newest request of the ring; none when that is the one not in the queue yet.
  std::optional<WaiterId> newest() const;
};

/// Who waits for whom, read from the held locks and the queue.
///
/// A claim is blocked by every conflicting lock of another holder on an overlapping path, and by
/// every conflicting waiter of another holder ahead of it: that is what keeps the queue fair. One
/// exception: a waiter that is blocked by a lock of the claim's own holder is overtaken, because
/// waiting for it would be a deadlock with oneself.
///
/// A holder counts as waiting while one of its requests waits, even if it could still do other
/// things: two that might block each other for ever are treated as if they did.
///
/// Threads:  one strand.
/// Lifetime: a view; both parts outlive it.
class WaitGraph {
 public:
  static constexpr std::size_t kNamedMax = 16;

  WaitGraph(const HeldLocks& held, const WaitQueue& queue) : held_(held), queue_(queue) {}

  /// One blocker of the claim, or none when it may be granted. Stops at the first it finds.
  std::optional<Blocker> find_blocker(const Claim& claim) const;
  /// Whom to name to the one who waits: the holders of the locks in its way, kNamedMax at most;
  /// where only the queue is in its way, the nearest ahead. Empty when nothing is.
  std::vector<std::string> waits_for(const Claim& claim) const;
  /// The locks that block the claim.
  std::set<Token> blocking_locks(const Claim& claim) const;
  /// The holders that block the claim, each once: of locks, and of waiters ahead.
  std::vector<std::string> blocking_holders(const Claim& claim) const;
  /// The shortest ring that the claim, which is not in the queue, would close by waiting.
  std::optional<Cycle> cycle_through(const Claim& claim) const;
  /// Some ring among the waiters.
  std::optional<Cycle> any_cycle() const;

 private:
  bool overtakes(const Claim& claim, const Waiter& ahead) const;
  bool blocked_by(const Claim& claim, const Lock& lock) const;
  bool blocked_by(const Claim& claim, const Waiter& ahead) const;
  std::vector<WaitEdge> edges_of(std::string_view holder) const;
  std::optional<Cycle> search(const std::string& start, std::vector<WaitEdge> edges) const;

  const HeldLocks& held_;
  const WaitQueue& queue_;
};

inline Claim claim_of(const Waiter& waiter) {
  return {waiter.path, waiter.request.mode, waiter.request.holder,
          static_cast<std::uint64_t>(waiter.id)};
}

}  // namespace coditect::locks
