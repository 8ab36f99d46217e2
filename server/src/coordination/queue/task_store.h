#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/event.h"
#include "base/json.h"
#include "base/result.h"
#include "coordination/queue/task.h"

namespace coditect::queue {

/// The state of a workspace's tasks, as its events made it.
///
/// Threads:    one strand.
/// Invariants: changed by apply() alone; runnable(agent) holds exactly the agent's queued tasks
///             whose dependencies have all succeeded and that wait for nothing they delegated; the
///             newest limits::kFinishedTasksKept finished tasks are kept, older ones are forgotten
///             (the databases have them).
/// Errors:     an event that does not fit the state is refused and changes nothing.
class TaskStore {
 public:
  /// Takes task_*, agent_stuck, the ends of delegating calls, what is said to a task, and the turns
  /// that take it up; other types, and task_* types of no consequence here, change nothing.
  Result<void> apply(const Event& event);

  json::object snapshot() const;
  static Result<TaskStore> restore(const json::object& snapshot);

  const Task* find(const TaskId& id) const;
  const std::map<TaskId, Task>& tasks() const { return tasks_; }
  /// Those that wait for their turn or are paused.
  std::size_t queued() const { return queued_; }
  /// The agent's task that goes first; none when none can run.
  const Task* first_runnable(std::string_view agent) const;
  /// A queued task that can never run, because a task it depends on failed or was cancelled.
  const Task* first_doomed() const;
  /// Where a task can be put so that it goes before `task` and after all that go before that now;
  /// tasks that run or have ended keep their places.
  Result<Digits> place_before(const Task& task) const;
  /// What the task has delegated.
  const std::set<TaskId>& children(const TaskId& id) const;
  /// A task whose parent was cancelled, and that is to be cancelled with it; nothing for none.
  const Task* first_orphan() const;
  /// The open dependency of a task that failed or was cancelled; nothing for a task with none.
  std::optional<TaskId> broken_dependency(const Task& task) const;

 private:
  Result<void> queue(const Event& event);
  Result<void> start(const Event& event, Task& task);
  Result<void> wait(const Event& event, Task& task);
  Result<void> resume(const Event& event, Task& task);
  Result<void> requeue(const Event& event, Task& task);
  Result<void> promote(const Event& event, Task& task);
  Result<void> move(const Event& event, Task& task);
  Result<void> depend(const Event& event, Task& task);
  Result<void> pause(const Event& event, Task& task);
  Result<void> end_pause(const Event& event, Task& task);
  Result<void> steer(const Event& event);
  Result<void> take_turn(const Event& event);
  Result<void> note_stuck(const Event& event);
  Result<void> end_call(const Event& event);
  /// Whether the task was interrupted while it waited for what it had delegated, and that goes on.
  /// It is not begun before: it would take its agent from those whom it waits for.
  bool waits_for_children(const Task& task) const;
  /// Changes the state of a task to or from a finished one.
  void set_state(Task& task, TaskState state);
  /// What the task has delegated is to be cancelled with it.
  void cancel_children(const TaskId& id);
  Result<void> finish(const Event& event, Task& task);

  /// Reads `depends_on`, and which of it has not succeeded yet.
  Result<void> take_dependencies(const Event& event, Task& task) const;
  static Place place_of(const Task& task);
  /// Makes the task hear of its open dependencies, or no longer. Whatever its state: one that
  /// failed for a dependency may be retried after that dependency has succeeded.
  void link(const Task& task);
  void unlink(const Task& task);
  /// Puts a queued task into its agent's queue, or takes it out; no others are in one. A paused one
  /// only counts.
  void enter(const Task& task);
  void leave(const Task& task);
  void tell_dependants(const Task& task);
  void revive_dependants(const Task& task);
  void forget_old();

  std::map<TaskId, Task> tasks_;
  std::deque<TaskId> finished_;  ///< oldest first; a retried task leaves it
  // Views of tasks_.
  std::size_t queued_ = 0;
  std::map<std::string, std::map<Place, TaskId>, std::less<>> runnable_;
  std::map<TaskId, std::set<TaskId>> dependants_;  ///< by open dependency
  std::map<Place, TaskId> doomed_;
  std::map<TaskId, std::set<TaskId>> children_;  ///< by parent
  std::set<TaskId> orphans_;                     ///< empty again after every step of the board
};

}  // namespace coditect::queue
