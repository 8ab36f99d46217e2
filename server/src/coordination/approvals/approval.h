#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/json.h"
#include "base/result.h"
#include "base/strong_id.h"
#include "coordination/approvals/kind.h"

namespace coditect::approvals {

/// A call of a tool, or a wait for a lock, that waits for a person.
struct Approval {
  std::string id;
  std::string agent;
  std::string task;
  std::string tool;    ///< "lock" where it is about one
  json::object input;  ///< as the agent gave it, long texts cut; of a lock see docs/api/events.md
  std::string why;     ///< it is asked for: "the mode is ask"
  Time requested_at{};
  Time expires_at{};  ///< denied then; of a lock: waits on
  Kind kind = Kind::kCall;
};

/// How a question ended without a person.
enum class Expiry {
  kTimeout,      ///< nobody answered in time
  kCancelled,    ///< the task was cancelled
  kInterrupted,  ///< the workspace or the server stopped; the task asks again when it goes on
  kPolicy,       ///< the mode or the rules changed, and decide it now
  kOver,         ///< nobody waits for the lock any more, or nobody named holds it
};
/// The public names: "timeout", "cancelled", "interrupted", "policy", "over".
std::string_view to_string(Expiry expiry);

/// {id, agent, task, tool, input, why, requested_at, expires_at}; of a lock also {kind, choices}
json::object approval_json(const Approval& approval);
Result<Approval> parse_approval(const json::object& object);

/// The input as the log and people are shown it: every text longer than kShownBytesMax is cut
/// there, and says so. The whole of it is in the call's tool_call.
json::object shown_input(const json::object& input);

}  // namespace coditect::approvals
