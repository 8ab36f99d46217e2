#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "agents/acp/acp_services.h"
#include "agents/agent_directory.h"
#include "agents/agent_host.h"
#include "agents/task_runner.h"
#include "async/notifier.h"
#include "async/strand.h"
#include "async/task_group.h"
#include "base/clock.h"
#include "base/random.h"
#include "coordination/lifecycle/agent_states.h"
#include "coordination/lifecycle/stuck_limits.h"
#include "coordination/lifecycle/stuck_watch.h"
#include "coordination/queue/task_board.h"
#include "tools/toolbox.h"
#include "workspace/checkpoints.h"
#include "workspace/coordination/lock_service.h"
#include "workspace/files/file_service.h"
#include "workspace/log/event_log.h"
#include "workspace/worktrees/worktree_service.h"

namespace coditect::workspace {

/// What a task is to be, before it has an id.
struct TaskRequest {
  std::string agent;                ///< a name, "auto" (the least busy) or "all"
  std::vector<std::string> agents;  ///< these, each once; then `agent` is ""
  std::string prompt;
  std::vector<ImageRef> images = {};  ///< that belong to the prompt
  int priority = queue::kPriorityDefault;
  std::vector<TaskId> depends_on;
  std::optional<double> budget_usd;
  std::optional<TaskId> parent;
  queue::WorktreeMode worktree = queue::WorktreeMode::kNone;
};

/// Queues tasks and supervises the agents that do them: one task at a time for each agent, the
/// next one as soon as one ends. An agent that breaks down is restarted and its task queued again.
/// One of which nothing is heard any more is cut off, and its task goes on where it was; the second
/// time in a row it fails.
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
    Checkpoints& checkpoints;
    WorktreeService& worktrees;
    const agents::AgentDirectory& directory;
    const tools::ToolBox& tools;
    const Clock& clock;
    Random& random;
    std::chrono::milliseconds silence_max = limits::kAgentSilenceMax;
  };

  TaskService(Strand strand, Parts parts);

  /// Hears every event before it is applied.
  void before_apply(const Event& event);
  /// The model's answer of a task streams.
  void heard(const TaskId& id) { watch_.heard(id, parts_.clock.steady()); }
  /// Cuts off the agents of which nothing has been heard for too long. Called every now and then
  /// while any agent works.
  void cut_off_stuck();

  /// Queues again what a crash interrupted and sets the agents to work. What it is given outlives
  /// it; without `programs` an agent that is a program of its own fails its tasks.
  void start(agents::AgentHost& host, const agents::acp::AcpServices* programs = nullptr);
  /// Ends the agents where they are, without ending their tasks: those go on after the next start.
  awaitable<void> close();
  bool closing() const { return closing_; }

  /// Queues the request, once for each agent that it names, as a group where these are several. All
  /// or nothing.
  awaitable<Result<std::vector<TaskId>>> submit(Actor actor, TaskRequest request);
  /// Queues a task for the caller's task and waits until it has ended: {tasks:[{id, agent, state,
  /// result?, error?}]}. A call that was interrupted finds again what it had queued.
  /// Errc::kConflict where the other would wait for the caller, kCancelled once `stop` is
  /// requested.
  awaitable<Result<json::value>> delegate(tools::Caller caller, std::string agent,
                                          std::string prompt, std::stop_token stop);
  /// What it has delegated is cancelled with it.
  awaitable<Result<void>> cancel(TaskId id, Actor actor);
  awaitable<Result<void>> retry(TaskId id, Actor actor);
  awaitable<Result<void>> promote(TaskId id, Actor actor);
  awaitable<Result<void>> move(TaskId id, queue::Move wanted, Actor actor);
  awaitable<Result<void>> depend(TaskId id, std::vector<TaskId> depends_on, Actor actor);
  /// Lets the task stand still. What its agent has under way, a call of the model or of a tool,
  /// comes to its end first; a wait, which has had no effect yet, ends at once and begins again
  /// later. Then the agent is free for its next task.
  awaitable<Result<void>> pause(TaskId id, Actor actor);
  /// Queues a paused task again; it goes on where it was.
  awaitable<Result<void>> resume(TaskId id, Actor actor);
  /// Says something to the task, which its agent hears before its next model call. The id of the
  /// message.
  awaitable<Result<std::string>> steer(TaskId id, Actor actor, std::string text,
                                       std::vector<ImageRef> images = {});

  /// How a merge of a worktree ended: what came into the project or, where nothing did because of
  /// conflicts, the task that decides them.
  struct MergeOutcome {
    WorktreeMerge merge;
    std::optional<TaskId> conflict_task;
  };
  /// Brings the worktree of a task that does not run into the project.
  awaitable<Result<MergeOutcome>> merge_worktree(TaskId id, Actor actor);

  const queue::TaskBoard& board() const { return parts_.board; }
  /// Whether the task was paused in a wait: what it waited for is asked for again when it goes on.
  bool interrupted(const TaskId& id) const;
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
    bool interrupted = false;  ///< stopped, to go on later
    std::string stuck = {};    ///< in what it was cut off; "" where it was not
  };

  Result<std::vector<std::string>> resolve(const TaskRequest& request) const;
  /// The least busy of them.
  std::string least_busy(const std::vector<std::string>& names) const;
  /// Whom the caller can give a task and wait for it.
  Result<std::vector<std::string>> delegates(const std::string& caller,
                                             const std::string& agent) const;
  bool all_finished(const std::vector<TaskId>& ids) const;
  json::value outcomes(const std::vector<TaskId>& ids) const;
  awaitable<Result<void>> record(Result<EventDraft> draft);
  void advance();
  awaitable<void> watch_agents();
  awaitable<void> run_agent(std::string name);
  std::unique_ptr<agents::TaskRunner> runner(const agents::AgentDefinition& definition);
  awaitable<void> run_task(const agents::AgentDefinition& definition,
                           agents::Assignment assignment);
  /// Runs the loop, in the task's worktree where it has one.
  awaitable<agents::Outcome> work(const agents::AgentDefinition& definition,
                                  const agents::Assignment& assignment, std::stop_token stop);
  /// Brings the task's worktree into the project at its end.
  awaitable<agents::Outcome> merge_back(agents::Assignment assignment, agents::Outcome outcome,
                                        std::stop_token stop);
  awaitable<Result<void>> wait_for_path(tools::Caller caller, std::string path,
                                        std::stop_token stop);
  /// Queues a task that decides the conflicts, in the copy that it takes over.
  Result<TaskId> queue_conflict(const std::string& task, const WorktreeMerge& merge);
  /// Ends what the task waits for; it goes on later.
  void interrupt(const TaskId& id);
  /// Logs how the task ended, or that it stands still.
  void end_run(const agents::Assignment& assignment, agents::Outcome outcome);
  void become_idle(const std::string& agent, const TaskId& task, std::string_view reason);
  awaitable<void> restart(const std::string& agent, const agents::Assignment& assignment,
                          const std::string& what);

  const Strand strand_;
  const Parts parts_;
  // Set once by start().
  agents::AgentHost* host_ = nullptr;
  const agents::acp::AcpServices* programs_ = nullptr;
  // Touched only on strand_.
  std::map<std::string, Running, std::less<>> running_;
  bool closing_ = false;
  lifecycle::StuckWatch watch_;
  bool watching_ = false;
  Notifier watch_ends_;
  Notifier task_ended_;
  TaskGroup workers_;
};

}  // namespace coditect::workspace
