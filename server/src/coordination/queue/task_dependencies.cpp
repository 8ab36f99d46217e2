#include <algorithm>
#include <set>

#include "base/limits.h"
#include "coordination/queue/task_board.h"

namespace coditect::queue {

namespace {

bool ended_badly(const Task& task) {
  return is_finished(task.state) && task.state != TaskState::kSucceeded;
}

/// Whether what the task depends on can still change.
Result<void> check_open(const Task& task) {
  if (is_active(task.state) || task.state == TaskState::kSucceeded) {
    return Error{Errc::kConflict,
                 "task " + task.id.str() + " is " + std::string(to_string(task.state)) +
                     ", and waits for no other task to begin",
                 "pause it first; one that has succeeded stays as it is"};
  }
  if (task.parent) {
    return Error{Errc::kConflict,
                 "task " + task.id.str() + " was delegated by an agent that waits for it",
                 "let the task that delegated it depend on the other one"};
  }
  return {};
}

}  // namespace

Result<void> TaskBoard::check_dependencies(const TaskId& id,
                                           const std::vector<TaskId>& depends_on) const {
  if (depends_on.size() > limits::kTaskDependenciesMax) {
    return Error{Errc::kLimit,
                 "a task depends on at most " + std::to_string(limits::kTaskDependenciesMax),
                 "put a task in between that depends on some of them"};
  }
  for (const TaskId& each : depends_on) {
    if (each == id) return invalid("a task cannot depend on itself");
    if (store_.find(each) == nullptr) {
      return not_found("there is no task " + each.str() + " to depend on",
                       "submit that task first; tasks finished long ago cannot be named");
    }
  }
  return {};
}

/// Follows what waits for what: there is no ring before, so one that is made goes through `id`.
Result<void> TaskBoard::check_ring(const TaskId& id, const std::vector<TaskId>& depends_on) const {
  std::set<TaskId> seen;
  std::vector<TaskId> next = depends_on;
  while (!next.empty()) {
    const TaskId each = std::move(next.back());
    next.pop_back();
    if (each == id) {
      return Error{Errc::kConflict, "task " + id.str() + " would wait for itself",
                   "one of these tasks depends on it, directly or through others"};
    }
    const Task* task = store_.find(each);
    if (task == nullptr || !seen.insert(each).second) continue;
    next.insert(next.end(), task->depends_on.begin(), task->depends_on.end());
  }
  return {};
}

Result<EventDraft> TaskBoard::depend(const TaskId& id, const std::vector<TaskId>& depends_on,
                                     std::string_view actor) const {
  TRY(const Task* task, need(id));
  TRY_VOID(check_open(*task));
  TRY_VOID(check_dependencies(id, depends_on));
  TRY_VOID(check_ring(id, depends_on));
  for (const TaskId& each : depends_on) {
    const bool known = std::ranges::find(task->depends_on, each) != task->depends_on.end();
    if (known || !ended_badly(*store_.find(each))) continue;
    return Error{Errc::kConflict,
                 "task " + each.str() + " is " + std::string(to_string(store_.find(each)->state)) +
                     ", and what depends on it fails",
                 "retry that task first"};
  }
  EventDraft draft{"task_depends", std::string(actor), task->session, id.str(), {}};
  draft.data["agent"] = task->agent;
  draft.data["depends_on"] = ids_json(depends_on);
  return draft;
}

}  // namespace coditect::queue
