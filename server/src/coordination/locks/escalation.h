#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "coordination/locks/escalation_book.h"
#include "coordination/locks/holder_activity.h"
#include "coordination/locks/ladder.h"
#include "coordination/locks/lock.h"
#include "coordination/locks/lock_table.h"

/// What is done about waits for locks that last too long. Pure: the waits, what their holders do
/// and the time give the steps that are due, and when to look again.
namespace coditect::locks {

/// A lock that a wait waits for.
struct Obstacle {
  Token token = 0;
  std::string holder;
  Time granted_at{};
  bool works = false;  ///< its holder does; such a lock is never revoked without a person
  Time idle_since{};   ///< when its holder last did anything with it
};

/// A task's wait for a lock.
struct LongWait {
  WaiterId waiter{};
  std::string holder;  ///< who waits
  std::string task;
  std::string path;  ///< as PathPattern::text() has it
  Time since{};      ///< also over restarts of the server
  Escalated done;
  std::vector<Obstacle> obstacles;
};

/// The waits of tasks, in order of arrival. People who wait by themselves can look after
/// themselves.
std::vector<LongWait> long_waits(const LockTable& table, const EscalationBook& book,
                                 const HolderActivity& activity);

/// Something that is due: for a wait (its place among them), about some of its obstacles.
struct DueStep {
  std::size_t wait = 0;
  Rung rung = Rung::kTold;
  std::vector<Token> locks;
  bool operator==(const DueStep&) const = default;
};

struct Outlook {
  std::vector<DueStep> due;  ///< in the order in which to carry them out
  std::optional<Time> next;  ///< when something will be due if nothing happens until then
};

/// `waits` are in order of arrival. Of each wait, and of each lock in its way:
///
/// - its holder is told once, `tell_after` from when the lock came into the wait's way;
/// - a lock whose holder does not work and has not touched it is revoked once both the wait and
///   that have lasted `revoke_after`: the holder has had that long to hear of it;
/// - a person is asked after `ask_after`, about what is not revoked then; not while a question of
///   this wait is open, not within `ask_again_after` of the last answer, and not about a lock that
///   an earlier wait waits for too: one question, about whoever is next.
///
/// A lock is in a wait's way from the later of the two: the wait's beginning and the grant.
Outlook look(const Ladder& ladder, const std::vector<LongWait>& waits, Time now);

}  // namespace coditect::locks
