#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/event.h"
#include "base/json.h"
#include "base/result.h"
#include "coordination/queue/task.h"
#include "coordination/queue/task_store.h"

namespace coditect::queue {

struct Submission {
  TaskId id;  ///< fresh
  std::string agent;
  std::string prompt;
  std::vector<ImageRef> images = {};  ///< that belong to the prompt
  int priority = kPriorityDefault;
  std::vector<TaskId> depends_on;
  std::optional<double> budget_usd;
  std::optional<TaskId> parent;
  std::string group = {};  ///< of those submitted together; "" for one alone
  WorktreeMode worktree = WorktreeMode::kNone;
  std::string actor;
  std::string session;
};

/// Where a task is to stand. Before another one, of whose agent and priority it then is; or else
/// last among those of a priority: whoever is queued later goes behind it.
struct Move {
  std::optional<TaskId> before;
  std::optional<std::string> agent;  ///< nothing: as it is, or as that of `before`
  std::optional<int> priority;       ///< the same
};

/// How an attempt ended.
struct Outcome {
  TaskState state = TaskState::kSucceeded;  ///< one of the three finished states
  std::optional<std::string> result;
  std::optional<Error> error;  ///< of a failed task
};

/// The task queues of one workspace's agents: what is asked of whom, in which order it is done.
///
/// Every method decides and returns events, and changes nothing; the caller records each event and
/// gives it to apply(), in order, before the next call. After every apply() call next_step() until
/// it returns nothing.
///
/// Order: an agent's highest priority first, within a priority the last promoted first and then
/// in order of queueing, but for what a person has moved. A task keeps its place when it is queued
/// again.
/// Pauses: a queued task is paused at once; an active one is asked, comes to stand still before its
/// next step, and leaves its agent free. It keeps its place, and goes on where it was.
/// Dependencies: a task runs after all that it depends on have succeeded; when one fails or is
/// cancelled, it fails. They exist when they are named, and never form a ring.
///
/// Delegation: a task may give others work, limits::kDelegationDepthMax deep. What it has delegated
/// is cancelled with it.
///
/// Threads:    one strand.
/// Errors:     kNotFound for an unknown task, kConflict for a command that does not fit its state.
class TaskBoard {
 public:
  TaskBoard() = default;
  static Result<TaskBoard> restore(const json::object& snapshot);
  json::object snapshot() const { return store_.snapshot(); }
  Result<void> apply(const Event& event) { return store_.apply(event); }

  /// Errc::kLimit beyond limits::kQueuedTasksMax, kPromptBytesMax, kTaskDependenciesMax,
  /// kDelegationDepthMax or kDelegatedTasksMax.
  Result<EventDraft> submit(const Submission& submission,
                            std::span<const std::string> agents) const;
  /// The task that the agent does next; none when none can run. O(log n).
  const Task* next(std::string_view agent) const { return store_.first_runnable(agent); }
  /// Starts next(agent); nothing when none can run.
  std::optional<EventDraft> start(std::string_view agent) const;
  /// `kind` is "lock", "budget", "approval", "task" or "message".
  Result<EventDraft> waiting(const TaskId& id, std::string_view kind, std::string_view what) const;
  Result<EventDraft> resumed(const TaskId& id, std::string_view kind, std::string_view what) const;
  Result<EventDraft> finish(const TaskId& id, const Outcome& outcome, Time now) const;
  /// Puts an active task back after its agent broke down; after limits::kTaskAttemptsMax
  /// attempts it fails instead, and when its cancellation was asked for it is cancelled.
  Result<EventDraft> requeue(const TaskId& id, std::string_view reason, Time now) const;
  /// Ends a queued task; asks an active one to end, which finish() then does.
  Result<EventDraft> cancel(const TaskId& id, std::string_view actor, Time now) const;
  /// Queues a failed or cancelled task again, with a new series of attempts.
  Result<EventDraft> retry(const TaskId& id, std::string_view actor) const;
  /// Pauses a queued task; asks an active one to stand still, which stand_still() then records.
  Result<EventDraft> pause(const TaskId& id, std::string_view actor) const;
  /// An active task that was asked to has come to stand still.
  Result<EventDraft> stand_still(const TaskId& id) const;
  /// Queues a paused task again; takes back what was asked of one that has not come to stand still.
  Result<EventDraft> resume(const TaskId& id, std::string_view actor) const;
  /// Says something to a task that is not finished; its agent hears it before its next model call.
  /// Errc::kLimit beyond limits::kSteeringBytesMax and kSteeringUnheardMax.
  Result<EventDraft> steer(const TaskId& id, const Steering& said) const;
  /// Makes a queued task its agent's first.
  Result<EventDraft> promote(const TaskId& id, std::string_view actor) const;
  /// Puts a queued or paused task somewhere else. One that has begun, or that another one waits for
  /// which delegated it, stays with its agent.
  Result<EventDraft> move(const TaskId& id, const Move& wanted, std::string_view actor,
                          std::span<const std::string> agents) const;
  /// Lets a task that does not run begin after `depends_on` have succeeded, in place of what it
  /// depended on. Errc::kConflict for one that was delegated, that has failed, or that would wait
  /// for itself.
  Result<EventDraft> depend(const TaskId& id, const std::vector<TaskId>& depends_on,
                            std::string_view actor) const;
  /// Nothing is heard of an active task that does `doing`.
  Result<EventDraft> stuck(const TaskId& id, std::chrono::milliseconds silent,
                           std::string_view doing) const;
  /// What becomes of a task that was stuck and cut off: it is queued again, and fails where it was
  /// stuck limits::kAgentStuckTimesMax times in a row.
  Result<EventDraft> after_stuck(const TaskId& id, std::string_view doing, Time now) const;
  /// What next follows from the state: a task whose dependency failed fails.
  std::optional<EventDraft> next_step(Time now) const;
  /// After a restart: every active task is queued again (as requeue() says), or paused where that
  /// was asked for.
  std::vector<EventDraft> recover(Time now) const;

  /// What the task has delegated, with this prompt, by a call that has not ended: where that call
  /// was interrupted, its tasks need not be queued again.
  std::vector<TaskId> untold(const TaskId& parent, std::string_view prompt) const;
  /// Whether what the agent is doing waits, by itself or through others, for a task of `other`: one
  /// that `other` gives it now and waits for would never begin.
  bool waits_for(std::string_view agent, std::string_view other) const;

  const Task* find(const TaskId& id) const { return store_.find(id); }
  const std::map<TaskId, Task>& tasks() const { return store_.tasks(); }

 private:
  Result<const Task*> need(const TaskId& id) const;
  Result<const Task*> need_active(const TaskId& id) const;
  Result<void> check_parent(const Submission& submission) const;
  Result<void> check_dependencies(const TaskId& id, const std::vector<TaskId>& depends_on) const;
  Result<void> check_ring(const TaskId& id, const std::vector<TaskId>& depends_on) const;
  Result<Move> check_move(const Task& task, const Move& wanted,
                          std::span<const std::string> agents) const;

  TaskStore store_;
};

}  // namespace coditect::queue
