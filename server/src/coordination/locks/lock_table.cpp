#include "coordination/locks/lock_table.h"

#include <algorithm>
#include <string>
#include <utility>

#include "coordination/locks/lock_events.h"
#include "coordination/locks/lock_words.h"

namespace coditect::locks {

namespace {

std::vector<EventDraft> one(EventDraft draft) {
  std::vector<EventDraft> drafts;
  drafts.push_back(std::move(draft));
  return drafts;
}

}  // namespace

Result<LockTable> LockTable::restore(const json::object& snapshot) {
  LockTable table;
  TRY(table.held_, HeldLocks::restore(snapshot));
  return table;
}

Result<void> LockTable::apply(const Event& event) {
  TRY_VOID(held_.apply(event));
  const bool released = event.type == "lock_released";
  const bool acquired = event.type == "lock_acquired";
  if (waiting_.empty() || (!released && !acquired)) return {};
  const std::string holder = find_string(event.data, "holder").value_or("");
  if (released) {
    const auto token = static_cast<std::uint64_t>(find_int(event.data, "token").value_or(0));
    waiting_.wake_parked_at({Blocker::Kind::kLock, token});
  } else {
    // With this lock the holder may overtake, or already have, what it waits for.
    waiting_.wake_all_of(holder);
  }
  if (!waiting_.of(holder).empty()) deadlock_possible_ = true;
  return {};
}

Result<Decision> LockTable::acquire(const Request& request) {
  using std::chrono::milliseconds;
  TRY(PathPattern path, PathPattern::parse(request.path));
  if (request.holder.empty()) return invalid("a lock needs a holder");
  if (request.lease <= milliseconds{0} || request.lease > limits::kLockLeaseMax) {
    return invalid("a lease lasts more than 0 and at most " +
                       std::to_string(limits::kLockLeaseMax.count()) + " minutes",
                   "ask for less and renew it");
  }
  if (request.timeout && *request.timeout < milliseconds{0}) {
    return invalid("a time-out is not negative", "use 0 to not wait at all");
  }
  if (auto held = already_held(path, request, request.now)) return Decision(*std::move(held));
  if (held_.size() + waiting_.size() >= limits::kLocksMax) {
    return Error{Errc::kLimit,
                 "there are " + std::to_string(limits::kLocksMax) + " locks and waiters already",
                 "lock a folder instead of its files, and release what is not needed"};
  }
  const Claim claim{path, request.mode, request.holder, PathIndex::kAll};
  const auto blocker = graph().find_blocker(claim);
  if (!blocker) return Decision(grant(path, request, request.now));
  return wait(std::move(path), request, *blocker);
}

Decision LockTable::wait(PathPattern path, const Request& request, const Blocker& blocker) {
  const Claim claim{path, request.mode, request.holder, PathIndex::kAll};
  std::vector<std::string> waits_for = graph().waits_for(claim);
  if (request.timeout == std::chrono::milliseconds{0}) {
    return Refused{locked_error(path, waits_for), {}};
  }
  if (const auto cycle = graph().cycle_through(claim)) {
    Refused refused{deadlock_error(*cycle), {}};
    refused.events.push_back(waiting_event(path, request, waits_for));
    refused.events.push_back(wait_ended_event(path, request, WaitEnd::kDeadlock));
    return refused;
  }
  std::chrono::milliseconds timeout = limits::kLockWaitMax;
  if (request.timeout) timeout = std::min(timeout, *request.timeout);
  const WaiterId id{++last_waiter_};
  Waiting waiting{id, waits_for, request.now + timeout, {}};
  waiting.events.push_back(waiting_event(path, request, waits_for));
  waiting_.add({id, std::move(path), request, waiting.deadline}, blocker);
  return waiting;
}

std::optional<Granted> LockTable::already_held(const PathPattern& path, const Request& request,
                                               Time now) const {
  const Lock* found = nullptr;
  if (held_.of(request.holder).empty()) return std::nullopt;
  held_.index().visit_overlapping(path, PathIndex::kAll, [&](std::uint64_t token) {
    const Lock& lock = *held_.find(token);
    const bool enough = lock.mode == Mode::kWrite || request.mode == Mode::kRead;
    if (lock.holder != request.holder || !enough || lock.expires_at <= now ||
        !lock.path.covers(path)) {
      return Visit::kGoOn;
    }
    found = &lock;
    return Visit::kStop;
  });
  if (found == nullptr) return std::nullopt;
  Granted granted{{found->token, found->expires_at, GrantKind::kAlreadyHeld}, {}};
  // Renewed only when half of the lease is gone, so that a busy holder does not fill the log.
  if (found->expires_at - now < request.lease / 2) {
    granted.grant.expires_at = now + request.lease;
    granted.events.push_back(renewed_event(*found, granted.grant.expires_at, Renewal::kInPerson));
  }
  return granted;
}

const Lock* LockTable::upgradable(const PathPattern& path, const Request& request) const {
  if (request.mode != Mode::kWrite || held_.of(request.holder).empty()) return nullptr;
  const Lock* found = nullptr;
  held_.index().visit_overlapping(path, PathIndex::kAll, [&](std::uint64_t token) {
    const Lock& lock = *held_.find(token);
    const bool same = lock.holder == request.holder && lock.path.text() == path.text();
    if (same && lock.mode == Mode::kRead) found = &lock;
    return found == nullptr ? Visit::kGoOn : Visit::kStop;
  });
  return found;
}

Granted LockTable::grant(const PathPattern& path, const Request& request, Time now) const {
  if (auto held = already_held(path, request, now)) return *std::move(held);
  const Lock lock{path, request.mode, held_.last_token() + 1, request.holder, now + request.lease};
  Granted granted{{lock.token, lock.expires_at, GrantKind::kNew}, {}};
  if (const Lock* read = upgradable(path, request)) {
    granted.grant.kind = GrantKind::kUpgraded;
    granted.events.push_back(released_event(*read, ReleaseReason::kReleased, request.holder));
  }
  granted.events.push_back(acquired_event(lock, request));
  return granted;
}

Result<const Lock*> LockTable::need_lock(Token token, std::string_view holder) const {
  const Lock* lock = held_.find(token);
  if (lock == nullptr) return stale_error(token, held_.last_token());
  if (lock->holder != holder) return not_yours_error(*lock);
  return lock;
}

Result<EventDraft> LockTable::renew(Token token, std::string_view holder,
                                    std::chrono::milliseconds lease, Time now,
                                    Renewal renewal) const {
  TRY(const Lock* lock, need_lock(token, holder));
  if (lease <= std::chrono::milliseconds{0} || lease > limits::kLockLeaseMax) {
    return invalid("a lease lasts more than 0 and at most " +
                   std::to_string(limits::kLockLeaseMax.count()) + " minutes");
  }
  if (lock->expires_at <= now) return stale_error(token, held_.last_token());
  return renewed_event(*lock, std::max(lock->expires_at, now + lease), renewal);
}

Result<std::vector<EventDraft>> LockTable::release(std::string_view path, Token token,
                                                   std::string_view holder) const {
  TRY(const Lock* lock, need_lock(token, holder));
  if (!path.empty()) {
    TRY(PathPattern pattern, PathPattern::parse(path));
    if (pattern.text() != lock->path.text()) {
      if (lock->path.covers(pattern)) return std::vector<EventDraft>{};
      return invalid("token " + std::to_string(token) + " is for " + lock->path.text() +
                         ", not for " + pattern.text(),
                     "release a lock by the path it was granted for");
    }
  }
  return one(released_event(*lock, ReleaseReason::kReleased, holder));
}

Result<EventDraft> LockTable::revoke(Token token, std::string_view actor) const {
  const Lock* lock = held_.find(token);
  if (lock == nullptr) return stale_error(token, held_.last_token());
  return released_event(*lock, ReleaseReason::kRevoked, actor);
}

std::vector<Step> LockTable::release_all(std::string_view holder, ReleaseReason reason,
                                         std::string_view actor) {
  std::vector<Step> steps;
  const std::set<WaiterId> waiters = waiting_.of(holder);
  for (WaiterId id : waiters) {
    Error error{Errc::kCancelled, "the wait for the lock was cancelled", {}};
    steps.push_back(end_wait(id, WaitEnd::kCancelled, std::move(error)));
  }
  for (Token token : held_.of(holder)) {
    steps.push_back({one(released_event(*held_.find(token), reason, actor)), std::nullopt});
  }
  return steps;
}

Result<Step> LockTable::cancel(WaiterId waiter) {
  if (waiting_.find(waiter) == nullptr) return not_found("nobody waits under this number");
  return end_wait(waiter, WaitEnd::kCancelled,
                  {Errc::kCancelled, "the wait for the lock was cancelled", {}});
}

Result<Step> LockTable::refuse(WaiterId waiter, Error why) {
  if (waiting_.find(waiter) == nullptr) return not_found("nobody waits under this number");
  return end_wait(waiter, WaitEnd::kRefused, std::move(why));
}

std::vector<Lock> LockTable::in_the_way(const Waiter& waiter) const {
  std::vector<Lock> found;
  for (const Token token : graph().blocking_locks(claim_of(waiter))) {
    found.push_back(*held_.find(token));
  }
  return found;
}

Step LockTable::end_wait(WaiterId id, WaitEnd reason, Error error) {
  const Waiter waiter = waiting_.remove(id);
  return {one(wait_ended_event(waiter.path, waiter.request, reason)), Wakeup{id, std::move(error)}};
}

std::optional<Step> LockTable::next_step(Time now) {
  if (auto step = expire(now)) return step;
  if (auto step = grant_next(now)) return step;
  if (auto step = time_out(now)) return step;
  return break_deadlock();
}

std::optional<Step> LockTable::expire(Time now) const {
  const auto first = held_.first_expiry();
  if (!first || first->first > now) return std::nullopt;
  const Lock& lock = *held_.find(first->second);
  return Step{one(released_event(lock, ReleaseReason::kExpired, "system")), std::nullopt};
}

std::optional<Step> LockTable::grant_next(Time now) {
  while (const auto id = waiting_.first_ready()) {
    const auto blocker = graph().find_blocker(claim_of(*waiting_.find(*id)));
    if (blocker) {
      waiting_.park(*id, *blocker);
      continue;
    }
    const Waiter waiter = waiting_.remove(*id);
    Granted granted = grant(waiter.path, waiter.request, now);
    return Step{std::move(granted.events), Wakeup{*id, granted.grant}};
  }
  return std::nullopt;
}

std::optional<Step> LockTable::time_out(Time now) {
  const auto first = waiting_.first_deadline();
  if (!first || first->first > now) return std::nullopt;
  const Waiter& waiter = *waiting_.find(first->second);
  Error error = locked_error(waiter.path, graph().waits_for(claim_of(waiter)));
  return end_wait(waiter.id, WaitEnd::kTimeout, std::move(error).in("the wait timed out"));
}

std::optional<Step> LockTable::break_deadlock() {
  if (!std::exchange(deadlock_possible_, false)) return std::nullopt;
  const auto cycle = graph().any_cycle();
  if (!cycle) return std::nullopt;
  deadlock_possible_ = true;  // there may be another ring
  return end_wait(*cycle->newest(), WaitEnd::kDeadlock, deadlock_error(*cycle));
}

std::optional<Time> LockTable::next_deadline() const {
  std::optional<Time> next;
  if (const auto expiry = held_.first_expiry()) next = expiry->first;
  if (const auto wait = waiting_.first_deadline()) {
    next = next ? std::min(*next, wait->first) : wait->first;
  }
  return next;
}

Result<void> LockTable::check_write(std::string_view path, std::string_view holder,
                                    std::optional<Token> token, Time now) const {
  TRY(PathPattern file, PathPattern::file(path));
  if (token) {
    TRY(const Lock* lock, need_lock(*token, holder));
    if (lock->expires_at <= now) return stale_error(*token, held_.last_token());
    if (!lock->path.covers(file)) {
      return invalid("token " + std::to_string(*token) + " is for " + lock->path.text() +
                         ", which does not cover " + file.text(),
                     "acquire a lock on the file and send its token");
    }
    if (lock->mode != Mode::kWrite) return read_only_error(*lock);
  }
  const Lock* other = nullptr;
  held_.index().visit_overlapping(file, PathIndex::kAll, [&](std::uint64_t id) {
    const Lock& lock = *held_.find(id);
    if (lock.holder != holder) other = &lock;
    return other == nullptr ? Visit::kGoOn : Visit::kStop;
  });
  if (other != nullptr) return locked_error(file, *other);
  return {};
}

}  // namespace coditect::locks
