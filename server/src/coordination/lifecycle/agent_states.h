#pragma once

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/event.h"
#include "base/json.h"
#include "base/result.h"

namespace coditect::lifecycle {

enum class AgentState { kIdle, kLoading, kExecuting, kWaiting, kFailed, kRestarting };
/// The public names: "idle", "loading", "executing", "waiting", "failed", "restarting".
std::string_view to_string(AgentState state);
Result<AgentState> parse_agent_state(std::string_view text);

/// Whether an agent may go from one state to the other:
///
///     idle -> loading -> executing <-> waiting
///     loading, executing, waiting -> idle
///     loading, executing, waiting, restarting -> failed -> restarting -> idle
bool may_follow(AgentState from, AgentState to);

/// The state of each agent of one workspace. An agent that was never heard of is idle.
///
/// Methods decide and return events; the caller records each and gives it to apply(), in order,
/// before the next call.
///
/// Threads:    one strand.
/// Invariants: changed by apply() alone.
/// Errors:     kConflict for a change that may_follow() does not allow.
class AgentStates {
 public:
  static Result<AgentStates> restore(const json::object& snapshot);
  json::object snapshot() const;
  /// Takes agent_state_change; other types change nothing. Refuses a change that does not begin
  /// where the agent is.
  Result<void> apply(const Event& event);

  AgentState state(std::string_view agent) const;
  Result<EventDraft> change(std::string_view agent, AgentState to, std::string_view reason) const;
  /// The changes, in order, that bring the agent to idle from wherever it is; none when it is.
  std::vector<EventDraft> to_idle(std::string_view agent, std::string_view reason) const;
  /// After a restart of the server: every agent that was at work has failed and restarts.
  std::vector<EventDraft> recover() const;
  /// How long to stay failed before restarting: doubles from limits::kRestartDelayMin with each
  /// failure in a row up to limits::kRestartDelayMax. An agent that becomes idle after work
  /// starts afresh; one that becomes idle by restarting does not.
  std::chrono::milliseconds restart_delay(std::string_view agent) const;

 private:
  struct Entry {
    AgentState state = AgentState::kIdle;
    int failures = 0;  ///< in a row
  };

  std::map<std::string, Entry, std::less<>> agents_;
};

}  // namespace coditect::lifecycle
