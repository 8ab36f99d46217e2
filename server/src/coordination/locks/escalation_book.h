#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/event.h"
#include "base/json.h"
#include "base/result.h"
#include "coordination/locks/lock.h"

namespace coditect::locks {

/// What was done about one wait of a task.
struct Escalated {
  Time since{};                     ///< the wait began
  std::set<Token> told;             ///< the locks whose holders have heard of it
  std::string question;             ///< the approval that is open about it; "" for none
  std::optional<Time> answered_at;  ///< the last question ended, other than by a restart
};

/// What was done about the waits of tasks that have lasted too long. A wait that a restart of the
/// server cuts off is the same wait once its task asks again: nobody is told twice.
///
/// Threads:    one strand.
/// Invariants: changed by apply() alone. A wait is here from the first thing done about it until
///             the task has the lock, has given up, or stands still.
/// Errors:     an event that is no event is refused and changes nothing.
class EscalationBook {
 public:
  /// Takes lock_escalated, lock_acquired, lock_wait_ended, approval_answered, approval_expired,
  /// task_finished and task_paused; other types change nothing.
  Result<void> apply(const Event& event);

  json::array snapshot() const;
  static Result<EscalationBook> restore(const json::array& snapshot);

  /// Null where nothing was done. `path` as PathPattern::text() has it.
  const Escalated* find(const std::string& task, const std::string& path) const;
  std::size_t size() const { return waits_.size(); }

 private:
  using Key = std::pair<std::string, std::string>;  ///< task, path

  Result<void> take(const Event& event);
  void end_question(const Event& event);
  void forget_task(const std::string& task);

  std::map<Key, Escalated> waits_;
};

/// What is done about a wait, in this order.
enum class Rung { kTold, kRevoked, kAsked };
/// The public names: "told", "revoked", "asked".
std::string_view to_string(Rung rung);

/// A lock_escalated of the task's wait for `path`.
struct Escalation {
  std::string task;
  std::string path;
  std::string holder;  ///< who waits
  Time since{};
  Rung rung = Rung::kTold;
  std::vector<Lock> locks;  ///< in the way, that this is about
  std::string why;          ///< in words
  std::string question;     ///< of kAsked
};
EventDraft escalated_event(const Escalation& escalation);

}  // namespace coditect::locks
