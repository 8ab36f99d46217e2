#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/event.h"
#include "base/limits.h"
#include "base/result.h"
#include "coordination/locks/path_pattern.h"

/// What the lock table takes and gives.
namespace coditect::locks {

enum class Mode { kRead, kWrite };
std::string_view to_string(Mode mode);
/// "read" or "write"; Errc::kInvalid otherwise.
Result<Mode> parse_mode(std::string_view text);

/// Two locks of different holders on overlapping paths go together only when both read.
inline bool conflict(Mode a, Mode b) { return a == Mode::kWrite || b == Mode::kWrite; }

/// Fencing token: rises with every grant of a workspace and is never used again.
using Token = std::uint64_t;

/// Names a waiting request until the process ends; rises with every wait.
enum class WaiterId : std::uint64_t {};

/// A lock that is held.
struct Lock {
  PathPattern path;
  Mode mode;
  Token token;
  std::string holder;  ///< an actor: "agent:claude", "user:anna"
  Time expires_at;
};

struct Request {
  std::string path;
  Mode mode = Mode::kWrite;
  std::string holder;
  std::string session;  ///< of the events, "" where there is none
  std::string task;     ///< of the events, "" where there is none
  Time now{};
  /// How long to wait: zero refuses at once, nothing waits for limits::kLockWaitMax.
  std::optional<std::chrono::milliseconds> timeout;
  std::chrono::milliseconds lease = limits::kLockLease;
};

enum class GrantKind {
  kNew,          ///< a lock of its own: release it when done
  kUpgraded,     ///< a write lock in place of the holder's read lock, whose token is stale now
  kAlreadyHeld,  ///< a lock that the holder has already covers the request: leave it alone
};

struct Grant {
  Token token = 0;
  Time expires_at{};
  GrantKind kind = GrantKind::kNew;
};

struct Granted {
  Grant grant;
  std::vector<EventDraft> events;  ///< none for most grants of kind kAlreadyHeld
};

struct Waiting {
  WaiterId waiter{};
  std::vector<std::string> waits_for;  ///< holders
  Time deadline{};
  std::vector<EventDraft> events;
};

struct Refused {
  Error error;
  std::vector<EventDraft> events;  ///< of a deadlock
};

using Decision = std::variant<Granted, Waiting, Refused>;

/// How a wait ended: a grant or why there is none.
struct Wakeup {
  WaiterId waiter{};
  Result<Grant> outcome;
};

/// Something that happens to the table: events to record and apply, in order, and perhaps a
/// waiter to tell once they are durable.
struct Step {
  std::vector<EventDraft> events;
  std::optional<Wakeup> wakeup;
};

/// Whether a renewal is a sign of its holder, or only of a client that renews by itself.
enum class Renewal { kInPerson, kByItself };

enum class ReleaseReason { kReleased, kExpired, kRevoked, kHolderGone };
enum class WaitEnd { kTimeout, kDeadlock, kCancelled, kRefused };

}  // namespace coditect::locks
