#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "coordination/locks/escalation.h"
#include "coordination/test_log.h"

namespace coditect::locks {
namespace {

using std::chrono::seconds;

constexpr Ladder kLadder{seconds{10}, seconds{60}, seconds{120}, seconds{300}};
const std::vector<std::string> kPaths{"a", "b", "d/a", "d/", "*"};
const std::vector<std::string> kAgents{"claude", "gemini", "kimi"};

int between(int least, int beyond) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(least, beyond));
}

/// Agents and people that take, touch and wait for locks, and what is done about their waits. What
/// must hold is looked up in this world's own records, which share nothing with what decides.
class World {
 public:
  void act() {
    switch (between(0, 12)) {
      case 0:
      case 1:
      case 2: acquire(); break;
      case 3: release(); break;
      case 4: touch(); break;
      case 5: change_work(); break;
      case 6: answer(); break;
      case 7: restart(); break;
      case 8: end_task(); break;
      default: now_ += seconds{between(1, 80)}; break;
    }
    settle();
    climb();
  }

  /// Nobody does anything any more, and nobody answers: who waits for the idle gets the lock.
  void run_out() {
    for (const std::string& agent : kAgents) set_work(agent, false);
    settle();
    climb();
    for (int i = 0; i < 1000 && !table_.waiters().empty(); ++i) {
      const auto outlook = look(kLadder, waits(), now_);
      std::optional<Time> next = outlook.next;
      if (const auto deadline = table_.next_deadline()) {
        next = next ? std::min(*next, *deadline) : *deadline;
      }
      RC_ASSERT(next.has_value());
      RC_ASSERT(*next > now_);
      now_ = *next;
      settle();
      climb();
    }
    RC_ASSERT(table_.waiters().empty());
  }

 private:
  struct Wait {
    std::string task;
    std::string path;
    auto operator<=>(const Wait&) const = default;
  };

  std::string some_agent() { return *rc::gen::elementOf(kAgents); }
  std::string task_of(const std::string& agent) { return agent + std::to_string(tasks_[agent]); }
  std::vector<LongWait> waits() const { return long_waits(table_, book_, activity_); }

  void record(EventDraft draft) {
    const Event event = log_.record(table_, std::move(draft), now_);
    RC_ASSERT(book_.apply(event).ok());
    activity_.apply(event, table_.held());
  }
  void settle() {
    while (auto step = table_.next_step(now_)) {
      for (EventDraft& draft : step->events) note_end(std::move(draft));
    }
    for (auto seen = touched_.begin(); seen != touched_.end();) {
      seen = table_.held().find(seen->first) == nullptr ? touched_.erase(seen) : std::next(seen);
    }
  }
  /// Records what may end a wait or begin a lock.
  void note_end(EventDraft draft) {
    const std::string path = find_string(draft.data, "path").value_or("");
    if (draft.type == "lock_acquired") {
      touched_[static_cast<Token>(*find_int(draft.data, "token"))] = now_;
    }
    const bool cut_off = find_string(draft.data, "reason") == "cancelled";
    if (draft.type == "lock_acquired" || (draft.type == "lock_wait_ended" && !cut_off)) {
      forget({draft.task, path});
    }
    record(std::move(draft));
  }
  void forget(const Wait& wait) {
    std::erase_if(told_, [&](const auto& each) {
      return std::get<0>(each) == wait.task && std::get<1>(each) == wait.path;
    });
    open_.erase(wait);
    answered_.erase(wait);
  }

  void acquire() {
    Request request;
    request.path = *rc::gen::elementOf(kPaths);
    request.now = now_;
    request.lease = std::chrono::minutes{30};
    if (between(0, 3) == 0) {
      request.holder = "user:ann";
    } else {
      const std::string agent = some_agent();
      request.holder = "agent:" + agent;
      request.task = task_of(agent);
      if (!works_.contains(agent)) set_work(agent, true);
    }
    auto decision = table_.acquire(request);
    RC_ASSERT(decision.ok());
    std::vector<EventDraft> drafts;
    if (auto* granted = std::get_if<Granted>(&*decision)) drafts = std::move(granted->events);
    if (auto* waiting = std::get_if<Waiting>(&*decision)) drafts = std::move(waiting->events);
    if (auto* refused = std::get_if<Refused>(&*decision)) drafts = std::move(refused->events);
    for (EventDraft& draft : drafts) note_end(std::move(draft));
  }
  void release() {
    if (table_.locks().empty()) return;
    const Lock lock = (*rc::gen::elementOf(table_.locks())).second;
    auto drafts = table_.release("", lock.token, lock.holder);
    RC_ASSERT(drafts.ok());
    for (EventDraft& draft : *drafts) record(std::move(draft));
  }
  void touch() {
    if (table_.locks().empty()) return;
    const Lock lock = (*rc::gen::elementOf(table_.locks())).second;
    record(*table_.renew(lock.token, lock.holder, seconds{1}, now_));
    touched_[lock.token] = now_;
  }
  void set_work(const std::string& agent, bool works) {
    const char* type = works ? "task_resumed" : "task_waiting";
    works_[agent] = works;
    record({type, "agent:" + agent, {}, task_of(agent), {{"agent", agent}, {"for", "approval"}}});
  }
  void change_work() {
    const std::string agent = some_agent();
    set_work(agent, between(0, 2) == 0);
  }
  void answer() {
    if (open_.empty()) return;
    const auto [wait, id] = *rc::gen::elementOf(open_);
    end_question(wait, "approval_answered", {{"id", id}, {"decision", "wait"}});
    answered_[wait] = now_;
  }
  void end_question(const Wait& wait, const char* type, json::object data) {
    open_.erase(wait);
    record({type, "user:ann", {}, wait.task, std::move(data)});
  }
  /// Whoever waits is gone and asks again; nobody works before that.
  void restart() {
    std::vector<Request> again;
    for (const auto& [id, waiter] : table_.waiters()) {
      if (!waiter.request.task.empty()) again.push_back(waiter.request);
    }
    table_ = testing::restored(table_);
    auto book = EscalationBook::restore(book_.snapshot());
    RC_ASSERT(book.ok());
    book_ = *std::move(book);
    activity_ = {};
    activity_.begin(table_.held(), now_);
    for (const auto& [token, lock] : table_.locks()) touched_[token] = now_;
    for (const auto& [wait, id] : std::map(open_)) {
      end_question(wait, "approval_expired", {{"id", id}, {"reason", "interrupted"}});
    }
    for (const auto& [agent, works] : std::map(works_)) set_work(agent, works);
    for (Request& request : again) {
      request.now = now_;
      auto decision = table_.acquire(request);
      RC_ASSERT(decision.ok());
      std::vector<EventDraft> drafts;
      if (auto* granted = std::get_if<Granted>(&*decision)) drafts = std::move(granted->events);
      if (auto* waiting = std::get_if<Waiting>(&*decision)) drafts = std::move(waiting->events);
      for (EventDraft& draft : drafts) note_end(std::move(draft));
    }
  }
  void end_task() {
    const std::string agent = some_agent();
    const std::string task = task_of(agent);
    for (Step& step : table_.release_all("agent:" + agent, ReleaseReason::kHolderGone, "system")) {
      for (EventDraft& draft : step.events) note_end(std::move(draft));
    }
    record({"task_finished", "system", {}, task, {{"agent", agent}, {"state", "failed"}}});
    works_.erase(agent);
    ++tasks_[agent];
    for (const std::string& path : kPaths) forget({task, path});
  }

  /// Carries out what is due, looking at each step whether it may be.
  void climb() {
    for (int i = 0; i < 1000; ++i) {
      const std::vector<LongWait> all = waits();
      const Outlook outlook = look(kLadder, all, now_);
      if (outlook.due.empty()) {
        const bool later = !outlook.next || *outlook.next > now_;
        RC_ASSERT(later);
        if (outlook.next) {
          RC_ASSERT(look(kLadder, all, *outlook.next - std::chrono::microseconds{1}).due.empty());
          RC_ASSERT(!look(kLadder, all, *outlook.next).due.empty());
        }
        return;
      }
      carry_out(all.at(outlook.due.front().wait), outlook.due.front());
      settle();
    }
    RC_FAIL("it never comes to an end");
  }
  void carry_out(const LongWait& wait, const DueStep& step) {
    RC_ASSERT(!step.locks.empty());
    const Wait key{wait.task, wait.path};
    std::vector<Lock> locks;
    for (const Token token : step.locks) {
      const Lock* lock = table_.held().find(token);
      RC_ASSERT(lock != nullptr);
      RC_ASSERT(lock->holder != wait.holder);
      locks.push_back(*lock);
    }
    std::string question;
    if (step.rung == Rung::kTold) {
      RC_ASSERT(told_.emplace(wait.task, wait.path, locks.front().token).second);
    } else if (step.rung == Rung::kRevoked) {
      const std::string agent = locks.front().holder.substr(locks.front().holder.find(':') + 1);
      const auto works = works_.find(agent);
      const bool at_work = works != works_.end() && works->second;
      RC_ASSERT(!at_work);
      RC_ASSERT(now_ - touched_.at(locks.front().token) >= kLadder.revoke_after);
      RC_ASSERT(now_ - wait.since >= kLadder.revoke_after);
    } else {
      RC_ASSERT(now_ - wait.since >= kLadder.ask_after);
      const auto answered = answered_.find(key);
      const bool too_soon =
          answered != answered_.end() && now_ - answered->second < kLadder.ask_again_after;
      RC_ASSERT(!too_soon);
      question = "a_" + std::to_string(++questions_);
      RC_ASSERT(open_.emplace(key, question).second);
    }
    record(escalated_event(
        {wait.task, wait.path, wait.holder, wait.since, step.rung, locks, "why", question}));
    if (step.rung == Rung::kRevoked) record(*table_.revoke(locks.front().token, "system"));
  }

  Time now_{seconds{1'800'000'000}};
  testing::TestLog log_;
  LockTable table_;
  EscalationBook book_;
  HolderActivity activity_;
  // What happened, as this world saw it.
  std::map<std::string, int> tasks_;   // of each agent: the number of its task
  std::map<std::string, bool> works_;  // by agent with a task
  std::map<Token, Time> touched_;
  std::set<std::tuple<std::string, std::string, Token>> told_;
  std::map<Wait, std::string> open_;
  std::map<Wait, Time> answered_;
  int questions_ = 0;
};

RC_GTEST_PROP(EscalationProperty, NobodyWhoWorksLosesALockAndNobodyIsToldOrAskedTwice, ()) {
  World world;
  const int acts = between(1, 120);
  for (int i = 0; i < acts; ++i) world.act();
  world.run_out();
}

}  // namespace
}  // namespace coditect::locks
