#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/event.h"
#include "coordination/locks/held_locks.h"
#include "coordination/locks/lock.h"

namespace coditect::locks {

/// What the holders of locks do, as far as the log shows it.
///
/// A lock is touched when it is granted, when its holder edits a file below its path, and when the
/// holder renews it in person: a client that renews by itself says so, for an open page is no sign
/// of somebody in front of it. Whoever is gone touches nothing, so that needs no rule of its own.
///
/// An agent works while its task runs: a call of the model or of a tool is under way. One whose
/// task waits for a person, a budget or another task can do nothing until that has come, and is
/// idle; one that waits for a lock is in the middle of a write, and works.
///
/// Threads:    one strand.
/// Invariants: volatile. After a start everybody has just been seen, so nobody loses a lock for
///             what the server did not see.
class HolderActivity {
 public:
  /// After a start: everybody who holds a lock has just been seen.
  void begin(const HeldLocks& held, Time now);
  /// Hears every event after it was applied to `held`.
  void apply(const Event& event, const HeldLocks& held);

  bool works(const Lock& lock) const;
  /// When the holder last did anything with the lock, or began to be idle.
  Time idle_since(const Lock& lock) const;
  /// When the lock was granted; the time of the start for one that was held before.
  Time granted_at(const Lock& lock) const;

 private:
  struct Seen {
    Time granted_at{};
    Time touched_at{};
  };
  struct Agent {
    bool works = false;
    Time since{};
  };

  void touch(std::string_view holder, const std::string& path, Time now, const HeldLocks& held);
  void follow_task(const Event& event);

  std::map<Token, Seen> locks_;
  std::map<std::string, Agent, std::less<>> agents_;  ///< by the holder's name, "agent:claude"
};

}  // namespace coditect::locks
