#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "coordination/locks/brute_force.h"
#include "coordination/locks/lock_table.h"
#include "coordination/test_log.h"

namespace coditect::locks {
namespace {

using std::chrono::seconds;

const std::vector<std::string> kPaths{"a",     "b", "d/a", "d/b",    "d/",     "d/e/",
                                      "d/e/a", "*", "**",  "d/**/a", "d/[ab]", "?"};

/// Whether two patterns share a path, by trying all paths.
bool overlap(const std::string& a, const std::string& b) {
  static const auto kAll = testing::all_paths({"a", "b", "d", "e", "[ab]"}, 4);
  static std::map<std::pair<std::string, std::string>, bool> known;
  const auto [entry, fresh] = known.try_emplace({a, b});
  if (fresh) {
    entry->second = std::ranges::any_of(kAll, [&](const std::string& path) {
      return testing::path_matches(a, path) && testing::path_matches(b, path);
    });
  }
  return entry->second;
}

/// A number in [least, beyond), whatever size the test case has.
int between(int least, int beyond) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(least, beyond));
}

/// The oracle's idea of a lock or of a waiting request.
struct Claimed {
  std::string path;
  Mode mode;
  std::string holder;
};

bool conflicts(const Claimed& a, const Claimed& b) {
  return a.holder != b.holder && conflict(a.mode, b.mode) && overlap(a.path, b.path);
}

/// Drives a table with random commands, and checks after each against a model that looks at
/// everything by brute force.
class World {
 public:
  void act() {
    switch (between(0, 12)) {
      case 0: advance(); break;
      case 1: cancel(); break;
      case 2: revoke(); break;
      case 3: leave(); break;
      case 4: renew(); break;
      case 5:
      case 6:
      case 7: release(); break;
      default: acquire(); break;
    }
    settle();
    verify();
  }

  /// Nobody does anything any more: leases and time-outs end everything.
  void run_out() {
    for (int i = 0; i < 10'000 && table_.next_deadline(); ++i) {
      now_ = std::max(now_, *table_.next_deadline());
      settle();
    }
    RC_ASSERT(held_.empty());
    RC_ASSERT(waiting_.empty());
    RC_ASSERT(table_.locks().empty());
    RC_ASSERT(table_.waiters().empty());
    verify_log();
  }

 private:
  static std::string holder() { return *rc::gen::element<std::string>("A", "B", "C", "D"); }

  void acquire() {
    Request request;
    request.path = *rc::gen::elementOf(kPaths);
    request.mode = *rc::gen::element(Mode::kRead, Mode::kWrite);
    request.holder = holder();
    request.now = now_;
    if (between(0, 4) == 0) request.timeout = seconds{between(0, 50)};
    request.lease = seconds{between(1, 100)};
    auto decision = table_.acquire(request);
    RC_ASSERT(decision.ok());
    const Claimed claimed{request.path, request.mode, request.holder};
    if (auto* granted = std::get_if<Granted>(&*decision)) {
      if (granted->grant.kind != GrantKind::kAlreadyHeld) check_fair(claimed, WaiterId{UINT64_MAX});
      record(std::move(granted->events));
    } else if (auto* waiting = std::get_if<Waiting>(&*decision)) {
      RC_ASSERT(!waiting->waits_for.empty());
      waiting_.emplace(waiting->waiter, claimed);
      record(std::move(waiting->events));
    } else {
      record(std::move(std::get<Refused>(*decision).events));
    }
  }

  void release() {
    if (held_.empty()) return;
    const auto& [token, lock] = *rc::gen::elementOf(held_);
    auto events = table_.release(lock.path, token, lock.holder);
    RC_ASSERT(events.ok());
    RC_ASSERT(events->size() == 1u);
    record(*std::move(events));
  }

  void renew() {
    if (held_.empty()) return;
    const auto& [token, lock] = *rc::gen::elementOf(held_);
    auto event = table_.renew(token, lock.holder, seconds{50}, now_);
    RC_ASSERT(event.ok());
    record({*std::move(event)});
  }

  void revoke() {
    if (held_.empty()) return;
    const auto chosen = *rc::gen::elementOf(held_);
    auto event = table_.revoke(chosen.first, "user:x");
    RC_ASSERT(event.ok());
    record({*std::move(event)});
  }

  void cancel() {
    if (waiting_.empty()) return;
    const auto chosen = *rc::gen::elementOf(waiting_);
    auto step = table_.cancel(chosen.first);
    RC_ASSERT(step.ok());
    take(*std::move(step));
  }

  void leave() {
    for (Step& step : table_.release_all(holder(), ReleaseReason::kHolderGone, "system")) {
      take(std::move(step));
    }
  }

  void advance() { now_ += seconds{between(0, 40)}; }

  void settle() {
    while (auto step = table_.next_step(now_)) take(*std::move(step));
  }

  void take(Step step) {
    if (step.wakeup) {
      const auto found = waiting_.find(step.wakeup->waiter);
      RC_ASSERT(found != waiting_.end());
      const Claimed claimed = found->second;
      waiting_.erase(found);
      if (step.wakeup->outcome && step.wakeup->outcome->kind != GrantKind::kAlreadyHeld) {
        check_fair(claimed, step.wakeup->waiter);
      }
    }
    record(std::move(step.events));
  }

  /// Nobody who came before and conflicts still waits, unless it waits for this very holder.
  void check_fair(const Claimed& claimed, WaiterId place) const {
    for (const auto& [id, ahead] : waiting_) {
      if (id >= place || !conflicts(ahead, claimed)) continue;
      RC_ASSERT(std::ranges::any_of(held_, [&](const auto& entry) {
        return entry.second.holder == claimed.holder && conflicts(entry.second, ahead);
      }));
    }
  }

  void record(std::vector<EventDraft> drafts) {
    for (EventDraft& draft : drafts) {
      const Event event = log_.record(table_, std::move(draft), now_);
      const auto token = static_cast<Token>(find_int(event.data, "token").value_or(0));
      if (event.type == "lock_acquired") {
        RC_ASSERT(token > last_token_);
        last_token_ = token;
        held_.emplace(token, Claimed{*find_string(event.data, "path"),
                                     *parse_mode(*find_string(event.data, "mode")),
                                     *find_string(event.data, "holder")});
      } else if (event.type == "lock_released") {
        RC_ASSERT(held_.erase(token) == 1u);
      }
    }
  }

  void verify() const {
    for (auto a = held_.begin(); a != held_.end(); ++a) {
      for (auto b = std::next(a); b != held_.end(); ++b)
        RC_ASSERT(!conflicts(a->second, b->second));
    }
    RC_ASSERT(table_.locks().size() == held_.size());
    RC_ASSERT(table_.waiters().size() == waiting_.size());
    verify_nobody_is_stuck();
    LockTable replayed;
    log_.replay(replayed);
    RC_ASSERT(coditect::testing::text_of(replayed) == coditect::testing::text_of(table_));
    RC_ASSERT(coditect::testing::text_of(coditect::testing::restored(table_)) ==
              coditect::testing::text_of(table_));
  }

  /// Every waiter has somebody in its way, and the holders in each other's way form no ring.
  void verify_nobody_is_stuck() const {
    std::map<std::string, std::set<std::string>> waits_for;
    for (const auto& [id, waiter] : waiting_) {
      std::set<std::string> blockers;
      for (const auto& [token, lock] : held_) {
        if (conflicts(lock, waiter)) blockers.insert(lock.holder);
      }
      for (const auto& [other, ahead] : waiting_) {
        if (other >= id || !conflicts(ahead, waiter)) continue;
        const bool overtaken = std::ranges::any_of(held_, [&](const auto& entry) {
          return entry.second.holder == waiter.holder && conflicts(entry.second, ahead);
        });
        if (!overtaken) blockers.insert(ahead.holder);
      }
      RC_ASSERT(!blockers.empty());
      waits_for[waiter.holder].insert(blockers.begin(), blockers.end());
    }
    for (std::size_t round = 0; round < 4; ++round) {  // four holders: paths of any length
      for (auto& [holder, reached] : waits_for) {
        const std::set<std::string> before = reached;
        for (const std::string& next : before) {
          const auto further = waits_for.find(next);
          if (further == waits_for.end()) continue;
          reached.insert(further->second.begin(), further->second.end());
        }
      }
    }
    for (const auto& [holder, reached] : waits_for) {
      // A ring of order of arrival alone, between holders with several waits each, holds no lock.
      const bool holds = std::ranges::any_of(
          held_, [&](const auto& entry) { return entry.second.holder == holder; });
      RC_ASSERT(!holds || !reached.contains(holder));
    }
  }

  void verify_log() const {
    std::map<std::int64_t, int> open;
    int waits = 0;
    for (const Event& event : log_.events()) {
      const std::int64_t token = find_int(event.data, "token").value_or(0);
      if (event.type == "lock_acquired") RC_ASSERT(++open[token] == 1);
      if (event.type == "lock_renewed") RC_ASSERT(open.at(token) == 1);
      if (event.type == "lock_released") RC_ASSERT(--open.at(token) == 0);
      if (event.type == "lock_waiting") ++waits;
      if (event.type == "lock_wait_ended") RC_ASSERT(--waits >= 0);
    }
    for (const auto& [token, count] : open) RC_ASSERT(count == 0);
  }

  LockTable table_;
  coditect::testing::TestLog log_;
  Time now_{seconds{1'800'000'000}};
  std::map<Token, Claimed> held_;
  std::map<WaiterId, Claimed> waiting_;
  Token last_token_ = 0;
};

RC_GTEST_PROP(LockProperty, RandomSchedulesKeepEveryPromise, ()) {
  World world;
  const int steps = between(1, 80);
  for (int i = 0; i < steps; ++i) world.act();
  world.run_out();
}

}  // namespace
}  // namespace coditect::locks
