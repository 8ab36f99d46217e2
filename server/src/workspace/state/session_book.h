#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/event.h"
#include "base/json.h"

namespace coditect::workspace {

/// A stretch of work in a workspace, at most limits::kSessionLength without renewal.
struct Session {
  std::string id;
  Time expires_at{};
};

/// The workspace's session: which one is current and when it ends. Pure.
///
/// Threads:    one strand.
/// Invariants: only apply() changes it, so a replay gives the same book.
class SessionBook {
 public:
  const std::optional<Session>& current() const { return current_; }

  /// What to log so that a session is open at `now` for at least half its length: nothing, a
  /// renewal, or the end of an expired session and the start of `new_id`.
  std::vector<EventDraft> keep_open(Time now, const std::string& new_id,
                                    const std::string& actor) const;
  /// What to log to renew the session to its full length, opening one where none is.
  std::vector<EventDraft> renew(Time now, const std::string& new_id,
                                const std::string& actor) const;

  void apply(const Event& event);

  json::object snapshot() const;
  static Result<SessionBook> restore(const json::object& snapshot);

 private:
  std::optional<Session> current_;
};

json::object to_json(const Session& session);

}  // namespace coditect::workspace
