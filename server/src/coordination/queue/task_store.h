#pragma once

#include <compare>
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

/// A queued task's place before its agent: high priorities first; within a priority the last
/// promoted first, then by the time of queueing.
struct Place {
  int minus_priority;
  std::int64_t minus_promoted_seq;
  Sequence queued_seq;
  auto operator<=>(const Place&) const = default;
};

/// The state of a workspace's tasks, as its events made it.
///
/// Threads:    one strand.
/// Invariants: changed by apply() alone; runnable(agent) holds exactly the agent's queued tasks
///             whose dependencies have all succeeded; the newest limits::kFinishedTasksKept
///             finished tasks are kept, older ones are forgotten (the databases have them).
/// Errors:     an event that does not fit the state is refused and changes nothing.
class TaskStore {
 public:
  /// Takes task_*; other types, and task_* types of no consequence here, change nothing.
  Result<void> apply(const Event& event);

  json::object snapshot() const;
  static Result<TaskStore> restore(const json::object& snapshot);

  const Task* find(const TaskId& id) const;
  const std::map<TaskId, Task>& tasks() const { return tasks_; }
  std::size_t queued() const { return queued_; }
  /// The agent's task that goes first; none when none can run.
  const Task* first_runnable(std::string_view agent) const;
  /// A queued task that can never run, because a task it depends on failed or was cancelled.
  const Task* first_doomed() const;
  /// The open dependency of a task that failed or was cancelled; nothing for a task with none.
  std::optional<TaskId> broken_dependency(const Task& task) const;

 private:
  Result<void> queue(const Event& event);
  Result<void> start(const Event& event, Task& task);
  Result<void> wait(const Event& event, Task& task);
  Result<void> resume(const Event& event, Task& task);
  Result<void> requeue(const Event& event, Task& task);
  Result<void> promote(const Event& event, Task& task);
  Result<void> finish(const Event& event, Task& task);

  static Place place_of(const Task& task);
  /// Makes the task hear of its open dependencies, or no longer. Whatever its state: one that
  /// failed for a dependency may be retried after that dependency has succeeded.
  void link(const Task& task);
  void unlink(const Task& task);
  /// Puts a queued task into its agent's queue, or takes it out; no others are in one.
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
};

}  // namespace coditect::queue
