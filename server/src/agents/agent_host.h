#pragma once

#include <chrono>
#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "agents/conversation.h"
#include "agents/instructions.h"
#include "async/strand.h"
#include "base/clock.h"
#include "base/event.h"
#include "base/image_ref.h"
#include "base/money.h"
#include "providers/provider.h"
#include "tools/tool_host.h"

namespace coditect::agents {

/// A task that an agent works on.
struct Assignment {
  TaskId task;
  std::string agent;
  std::string prompt;
  int attempt = 1;
  std::vector<ImageRef> images = {};  ///< that belong to the prompt
  std::string role = {};              ///< what people call the agent for; "" for nothing
};

/// How a task ended.
struct Outcome {
  enum class State {
    kSucceeded,
    kFailed,
    kCancelled,
    kBrokeDown,  ///< the agent is started again, and its task queued
  };
  State state = State::kSucceeded;
  std::string result;  ///< what the agent said last
  Error error;         ///< where it failed or broke down
};

/// The model that an agent is.
struct AgentModel {
  providers::Provider& provider;
  std::string model;
  bool simulated = false;
};

/// What a person says to a task while its agent works on it.
struct Steering {
  std::string id;    ///< of the message
  std::string from;  ///< an actor
  std::string text;
  std::vector<ImageRef> images = {};
};

/// How large one request to a model can be.
struct CallSize {
  std::int64_t prompt_tokens = 0;
  std::int64_t output_tokens = 0;  ///< includes what the model thinks
};

/// Money set aside for one call of a model.
struct Reserved {
  std::string id;                  ///< "" where the model has no price and no budget holds
  std::int64_t output_tokens = 0;  ///< the call asks for no more; may be fewer than were wanted
  Nanodollars request = 0;         ///< the most that one request of the call can cost
  Time at{};                       ///< whose prices hold
};

/// How a call of the model ended, for the log.
struct CallEnd {
  std::string stop;  ///< as providers::to_string(StopReason); "" where the call failed
  std::string stop_detail;
  std::int64_t context_tokens = 0;  ///< size of the prompt
};

/// What a call was billed for, as far as somebody heard.
struct Settlement {
  std::vector<providers::BilledRequest> billed;
  int unheard = 0;  ///< requests that broke off: more may be billed for them than is in `billed`
  CallEnd end = {};
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
  /// What was said in the caller's task before it was interrupted; nothing where that is not known.
  virtual awaitable<Result<Remembered>> remember(tools::Caller caller) = 0;
  /// The bytes of a picture that the caller's task was given.
  virtual awaitable<Result<std::string>> image(tools::Caller caller, std::string hash) = 0;
  /// Whether a person wants the caller's task to stand still: the loop then ends before its next
  /// step, as one that is stopped, and goes on later from what is in the log.
  virtual bool pausing(const tools::Caller& caller) const = 0;
  /// What people have said to the caller's task and no turn has taken up, oldest first.
  virtual std::vector<Steering> steering(const tools::Caller& caller) const = 0;
  /// What the workspace has put into the agent's inbox since the last call, "" for nothing. It
  /// counts as read.
  virtual std::string notices(const tools::Caller& caller) = 0;
  /// The workspace closes, or the caller's task was paused while it waited for something: a loop
  /// that is stopped now goes on later from what is in the log.
  virtual bool goes_on_later(const tools::Caller& caller) const = 0;
  /// Logs that a call of the model failed and is tried again after `delay`.
  virtual void note_retry(const tools::Caller& caller, const AgentModel& model, int attempt,
                          std::chrono::milliseconds delay, const Error& error) = 0;
  /// Shows what the model has said so far; may be dropped.
  virtual void preview(const tools::Caller& caller, std::string_view text) = 0;
  /// Moves the agent to another state of its life ("executing"), with the reason.
  virtual void enter_state(const tools::Caller& caller, std::string_view state,
                           std::string_view reason) = 0;
  /// What the agent should know about the workspace now: the other agents and their tasks, locks,
  /// what changed lately. Plain text.
  virtual awaitable<std::string> shared_context(const tools::Caller& caller) = 0;
  /// What the project's people tell those who work at `path` (a file or a folder; "" for all of
  /// it), without what this task was given before.
  virtual awaitable<Instructions> instructions(tools::Caller caller, std::string path) = 0;
  /// Sets aside what one call of at most this size can cost, durably, in every budget that it
  /// counts in. Where less is left, the call may answer with fewer tokens; where too little is
  /// left, waits until there is more and says so. Errc::kBudget where waiting cannot help,
  /// kCancelled once `stop` is requested.
  virtual awaitable<Result<Reserved>> reserve(tools::Caller caller, AgentModel model, CallSize size,
                                              std::stop_token stop) = 0;
  /// Sets as much aside again, for a further request of the same call. Errc::kBudget where too
  /// little is left; that request must not be made.
  virtual Result<void> reserve_more(const tools::Caller& caller, const Reserved& reserved) = 0;
  /// Gives back what is left of a reservation and logs what the call was billed.
  virtual awaitable<Result<void>> settle(const tools::Caller& caller, const AgentModel& model,
                                         const Reserved& reserved, Settlement settlement) = 0;
};

}  // namespace coditect::agents
