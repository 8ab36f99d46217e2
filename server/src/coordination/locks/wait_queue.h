#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "coordination/locks/lock.h"
#include "coordination/locks/path_index.h"

namespace coditect::locks {

/// A request that waits. Its id is its place in the queue.
struct Waiter {
  WaiterId id{};
  PathPattern path;
  Request request;
  Time deadline{};
};

/// What a waiter waits for: a lock that is held, or another waiter ahead of it.
struct Blocker {
  enum class Kind { kLock, kWaiter };
  Kind kind;
  std::uint64_t id;
  auto operator<=>(const Blocker&) const = default;
};

/// The waiting requests in order of arrival, and which of them are worth looking at again.
///
/// A waiter has one or more blockers but is parked at one of them, whichever was found first;
/// while that one stands there is nothing to decide. So a release costs the waiters parked at it
/// and not the whole queue.
///
/// Threads:    one strand.
/// Invariants: every waiter is either ready or parked.
class WaitQueue {
 public:
  bool empty() const { return waiters_.empty(); }
  std::size_t size() const { return waiters_.size(); }
  const Waiter* find(WaiterId id) const;
  const PathIndex& index() const { return index_; }
  const std::map<WaiterId, Waiter>& waiters() const { return waiters_; }
  /// The ids of the holder's waiters, oldest first.
  const std::set<WaiterId>& of(std::string_view holder) const;
  std::optional<std::pair<Time, WaiterId>> first_deadline() const;

  void add(Waiter waiter, Blocker parked_at);
  /// Takes the waiter out; those that were parked at it become ready.
  Waiter remove(WaiterId id);
  /// The oldest ready waiter. It stays ready until it is parked or removed.
  std::optional<WaiterId> first_ready() const;
  void park(WaiterId id, Blocker at);
  /// What is parked at `blocker` becomes ready.
  void wake_parked_at(Blocker blocker);
  void wake_all_of(std::string_view holder);

 private:
  void unpark(WaiterId id);

  std::map<WaiterId, Waiter> waiters_;
  PathIndex index_;
  std::map<std::string, std::set<WaiterId>, std::less<>> by_holder_;
  std::set<std::pair<Time, WaiterId>> deadlines_;
  std::map<WaiterId, Blocker> parked_;
  std::map<Blocker, std::set<WaiterId>> parked_at_;
  std::set<WaiterId> ready_;
};

}  // namespace coditect::locks
