#include "coordination/locks/wait_queue.h"

#include <utility>

#include "base/check.h"

namespace coditect::locks {

const Waiter* WaitQueue::find(WaiterId id) const {
  const auto found = waiters_.find(id);
  return found == waiters_.end() ? nullptr : &found->second;
}

const std::set<WaiterId>& WaitQueue::of(std::string_view holder) const {
  static const std::set<WaiterId> kNone;
  const auto found = by_holder_.find(holder);
  return found == by_holder_.end() ? kNone : found->second;
}

std::optional<std::pair<Time, WaiterId>> WaitQueue::first_deadline() const {
  if (deadlines_.empty()) return std::nullopt;
  return *deadlines_.begin();
}

void WaitQueue::add(Waiter waiter, Blocker parked_at) {
  const WaiterId id = waiter.id;
  const auto [entry, fresh] = waiters_.emplace(id, std::move(waiter));
  check(fresh, "a waiter is added once");
  const Waiter& added = entry->second;
  index_.insert(std::to_underlying(id), added.path);
  by_holder_[added.request.holder].insert(id);
  deadlines_.emplace(added.deadline, id);
  park(id, parked_at);
}

Waiter WaitQueue::remove(WaiterId id) {
  const auto found = waiters_.find(id);
  check(found != waiters_.end(), "removed a waiter that is not there");
  unpark(id);
  ready_.erase(id);
  index_.erase(std::to_underlying(id), found->second.path);
  Waiter waiter = std::move(found->second);
  waiters_.erase(found);
  deadlines_.erase({waiter.deadline, id});
  const auto holder = by_holder_.find(waiter.request.holder);
  holder->second.erase(id);
  if (holder->second.empty()) by_holder_.erase(holder);
  wake_parked_at({Blocker::Kind::kWaiter, std::to_underlying(id)});
  return waiter;
}

std::optional<WaiterId> WaitQueue::first_ready() const {
  if (ready_.empty()) return std::nullopt;
  return *ready_.begin();
}

void WaitQueue::park(WaiterId id, Blocker at) {
  check(waiters_.contains(id), "parked a waiter that is not there");
  unpark(id);
  ready_.erase(id);
  parked_.emplace(id, at);
  parked_at_[at].insert(id);
}

void WaitQueue::unpark(WaiterId id) {
  const auto parked = parked_.find(id);
  if (parked == parked_.end()) return;
  const auto at = parked_at_.find(parked->second);
  at->second.erase(id);
  if (at->second.empty()) parked_at_.erase(at);
  parked_.erase(parked);
}

void WaitQueue::wake_parked_at(Blocker blocker) {
  const auto found = parked_at_.find(blocker);
  if (found == parked_at_.end()) return;
  for (WaiterId id : found->second) {
    parked_.erase(id);
    ready_.insert(id);
  }
  parked_at_.erase(found);
}

void WaitQueue::wake_all_of(std::string_view holder) {
  for (WaiterId id : of(holder)) {
    unpark(id);
    ready_.insert(id);
  }
}

}  // namespace coditect::locks
