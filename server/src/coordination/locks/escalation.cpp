#include "coordination/locks/escalation.h"

#include <algorithm>
#include <set>
#include <utility>

namespace coditect::locks {

namespace {

using std::chrono::seconds;

/// When a rung is reached; nothing where there is no such rung.
std::optional<Time> reached(Time from, seconds after) {
  if (after == seconds{0}) return std::nullopt;
  return from + after;
}

Time in_the_way_since(const LongWait& wait, const Obstacle& lock) {
  return std::max(wait.since, lock.granted_at);
}

/// Gathers what is due and the earliest of what is not.
class Planner {
 public:
  Planner(const Ladder& ladder, Time now) : ladder_(ladder), now_(now) {}

  void add(std::size_t place, const LongWait& wait) {
    tell(place, wait);
    revoke(place, wait);
    ask(place, wait);
    for (const Obstacle& lock : wait.obstacles) claimed_.insert(lock.token);
  }
  Outlook take() && { return std::move(outlook_); }

 private:
  bool is_due(std::optional<Time> at) {
    if (!at) return false;
    if (*at <= now_) return true;
    outlook_.next = outlook_.next ? std::min(*outlook_.next, *at) : *at;
    return false;
  }
  void tell(std::size_t place, const LongWait& wait) {
    for (const Obstacle& lock : wait.obstacles) {
      if (wait.done.told.contains(lock.token)) continue;
      if (is_due(reached(in_the_way_since(wait, lock), ladder_.tell_after))) {
        outlook_.due.push_back({place, Rung::kTold, {lock.token}});
      }
    }
  }
  void revoke(std::size_t place, const LongWait& wait) {
    for (const Obstacle& lock : wait.obstacles) {
      if (lock.works || revoked_.contains(lock.token)) continue;
      const Time idle_since = std::max(in_the_way_since(wait, lock), lock.idle_since);
      if (!is_due(reached(idle_since, ladder_.revoke_after))) continue;
      revoked_.insert(lock.token);
      outlook_.due.push_back({place, Rung::kRevoked, {lock.token}});
    }
  }
  void ask(std::size_t place, const LongWait& wait) {
    if (!wait.done.question.empty()) return;
    DueStep step{place, Rung::kAsked, {}};
    for (const Obstacle& lock : wait.obstacles) {
      if (revoked_.contains(lock.token) || claimed_.contains(lock.token)) continue;
      std::optional<Time> at = reached(in_the_way_since(wait, lock), ladder_.ask_after);
      if (at && wait.done.answered_at) {
        const auto again = reached(*wait.done.answered_at, ladder_.ask_again_after);
        at = again ? std::optional(std::max(*at, *again)) : std::nullopt;
      }
      if (is_due(at)) step.locks.push_back(lock.token);
    }
    if (!step.locks.empty()) outlook_.due.push_back(std::move(step));
  }

  const Ladder& ladder_;
  const Time now_;
  Outlook outlook_;
  std::set<Token> revoked_;  ///< in this outlook
  std::set<Token> claimed_;  ///< by earlier waits
};

}  // namespace

std::vector<LongWait> long_waits(const LockTable& table, const EscalationBook& book,
                                 const HolderActivity& activity) {
  std::vector<LongWait> waits;
  for (const auto& [id, waiter] : table.waiters()) {
    if (waiter.request.task.empty()) continue;
    LongWait wait{
        id, waiter.request.holder, waiter.request.task, waiter.path.text(), waiter.request.now, {},
        {}};
    if (const Escalated* done = book.find(wait.task, wait.path)) {
      wait.done = *done;
      wait.since = std::min(wait.since, done->since);
    }
    for (const Lock& lock : table.in_the_way(waiter)) {
      wait.obstacles.push_back({lock.token, lock.holder, activity.granted_at(lock),
                                activity.works(lock), activity.idle_since(lock)});
    }
    waits.push_back(std::move(wait));
  }
  return waits;
}

Outlook look(const Ladder& ladder, const std::vector<LongWait>& waits, Time now) {
  Planner planner(ladder, now);
  for (std::size_t place = 0; place < waits.size(); ++place) planner.add(place, waits[place]);
  return std::move(planner).take();
}

}  // namespace coditect::locks
