#pragma once

#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "agents/agent_directory.h"
#include "agents/agent_host.h"
#include "async/strand.h"
#include "async/task_group.h"
#include "base/clock.h"
#include "base/random.h"
#include "coordination/lifecycle/agent_states.h"
#include "coordination/queue/task_board.h"
#include "tools/toolbox.h"
#include "workspace/coordination/lock_service.h"
#include "workspace/files/file_service.h"
#include "workspace/log/event_log.h"

namespace coditect::workspace {

/// What a task is to be, before it has an id.
struct TaskRequest {
  std::string agent;  ///< a name, "auto" (the least busy) or "all"
  std::string prompt;
  int priority = queue::kPriorityDefault;
  std::vector<TaskId> depends_on;
  std::optional<double> budget_usd;
  std::optional<TaskId> parent;
};

/// Queues tasks and supervises the agents that do them: one task at a time for each agent, the
/// next one as soon as one ends. An agent that breaks down is restarted and its task queued again.
///
/// Threads:    the workspace's strand.
/// Lifetime:   its parts outlive it. Await close() before destroying it.
/// Invariants: an agent without runnable tasks costs nothing: no coroutine, no call of a model.
/// Errors:     those of queue::TaskBoard and of the log.
class TaskService {
 public:
  struct Parts {
    EventLog& log;
    queue::TaskBoard& board;
    const lifecycle::AgentStates& states;
    LockService& locks;
    const agents::AgentDirectory& directory;
    const tools::ToolBox& tools;
    const Clock& clock;
    Random& random;
  };

  TaskService(Strand strand, Parts parts);

  /// Queues again what a crash interrupted and sets the agents to work. `host` outlives it.
  void start(agents::AgentHost& host);
  /// Ends the agents where they are, without ending their tasks: those go on after the next start.
  awaitable<void> close();

  /// Queues the request, once for each agent that it names. All or nothing.
  awaitable<Result<std::vector<TaskId>>> submit(Actor actor, TaskRequest request);
  awaitable<Result<void>> cancel(TaskId id, Actor actor);
  awaitable<Result<void>> retry(TaskId id, Actor actor);
  awaitable<Result<void>> promote(TaskId id, Actor actor);

  const queue::TaskBoard& board() const { return parts_.board; }
  /// Whether any agent works now.
  bool busy() const { return !running_.empty(); }

  /// Logs that an agent enters a state, where it is not in it already.
  void enter_state(const std::string& agent, const TaskId& task, lifecycle::AgentState state,
                   std::string_view reason);
  /// Logs that the agent's task waits for something, and that it goes on.
  void begin_wait(const tools::Caller& caller, std::string_view kind, std::string_view what);
  void end_wait(const tools::Caller& caller, std::string_view kind, std::string_view what);

 private:
  struct Running {
    TaskId task;
    std::stop_source stop;
  };

  Result<std::vector<std::string>> resolve(const TaskRequest& request) const;
  awaitable<Result<void>> record(Result<EventDraft> draft);
  void advance();
  awaitable<void> run_agent(agents::AgentDefinition definition);
  awaitable<void> run_task(const agents::AgentDefinition& definition,
                           agents::Assignment assignment);
  void become_idle(const std::string& agent, const TaskId& task, std::string_view reason);
  awaitable<void> restart(const std::string& agent, const agents::Assignment& assignment,
                          const std::string& what);

  const Strand strand_;
  const Parts parts_;
  agents::AgentHost* host_ = nullptr;  // set once by start()
  // Touched only on strand_.
  std::map<std::string, Running, std::less<>> running_;
  bool closing_ = false;
  TaskGroup workers_;
};

}  // namespace coditect::workspace
