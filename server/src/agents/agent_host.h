#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "async/strand.h"
#include "base/event.h"
#include "providers/provider.h"
#include "tools/tool_host.h"

namespace coditect::agents {

/// A task that an agent works on.
struct Assignment {
  TaskId task;
  std::string agent;
  std::string prompt;
  int attempt = 1;
};

/// How a task ended.
struct Outcome {
  enum class State { kSucceeded, kFailed, kCancelled };
  State state = State::kSucceeded;
  std::string result;  ///< what the agent said last
  Error error;         ///< where it failed
};

/// The model that an agent is.
struct AgentModel {
  providers::Provider& provider;
  std::string model;
  bool simulated = false;
};

/// What an agent's loop needs from the workspace. The workspace implements it.
///
/// Threads:  the workspace's strand, on which the loop runs.
/// Lifetime: outlives every loop.
class AgentHost : public tools::ToolHost {
 public:
  /// Logs an event of the agent's task and returns when it is durable.
  virtual awaitable<Result<Sequence>> record(const tools::Caller& caller, std::string type,
                                             json::object data) = 0;
  /// Logs that a call of the model failed and is tried again after `delay`.
  virtual void note_retry(const tools::Caller& caller, int attempt, std::chrono::milliseconds delay,
                          const Error& error) = 0;
  /// Shows what the model has said so far; may be dropped.
  virtual void preview(const tools::Caller& caller, std::string_view text) = 0;
  /// Moves the agent to another state of its life ("executing"), with the reason.
  virtual void enter_state(const tools::Caller& caller, std::string_view state,
                           std::string_view reason) = 0;
  /// What the agent should know about the workspace now: the other agents and their tasks, locks,
  /// what changed lately. Plain text.
  virtual awaitable<std::string> shared_context(const tools::Caller& caller) = 0;
  /// Sets money aside for one call of at most these tokens. Errc::kBudget when a limit would be
  /// passed; the call is not made then. The number names the reservation.
  virtual Result<std::uint64_t> reserve(const tools::Caller& caller, const AgentModel& model,
                                        std::int64_t prompt_tokens, std::int64_t output_tokens) = 0;
  /// Gives back what is left of a reservation and logs what the call was billed.
  virtual awaitable<Result<void>> settle(const tools::Caller& caller, const AgentModel& model,
                                         std::uint64_t reservation,
                                         std::vector<providers::BilledRequest> billed) = 0;
};

}  // namespace coditect::agents
