#include "coordination/queue/task_store.h"

namespace coditect::queue {

Result<void> TaskStore::take_dependencies(const Event& event, Task& task) const {
  TRY(task.depends_on, parse_ids(event.data, "depends_on"));
  task.open_dependencies.clear();
  for (const TaskId& id : task.depends_on) {
    const Task* other = find(id);
    if (other == nullptr || other->state != TaskState::kSucceeded)
      task.open_dependencies.insert(id);
  }
  return {};
}

Result<void> TaskStore::depend(const Event& event, Task& task) {
  if (is_active(task.state) || task.state == TaskState::kSucceeded) {
    return internal("the log's task_depends does not fit task '" + event.task + "'");
  }
  Task wanted;
  TRY_VOID(take_dependencies(event, wanted));
  leave(task);
  unlink(task);
  task.depends_on = std::move(wanted.depends_on);
  task.open_dependencies = std::move(wanted.open_dependencies);
  link(task);
  enter(task);
  return {};
}

void TaskStore::link(const Task& task) {
  for (const TaskId& id : task.open_dependencies) dependants_[id].insert(task.id);
}

void TaskStore::unlink(const Task& task) {
  for (const TaskId& id : task.open_dependencies) {
    const auto found = dependants_.find(id);
    found->second.erase(task.id);
    if (found->second.empty()) dependants_.erase(found);
  }
}

/// Frees, or dooms, the tasks that depend on one that has finished.
void TaskStore::tell_dependants(const Task& task) {
  const auto found = dependants_.find(task.id);
  if (found == dependants_.end()) return;
  for (const TaskId& id : found->second) {
    Task& dependant = tasks_.at(id);
    leave(dependant);
    if (task.state == TaskState::kSucceeded) dependant.open_dependencies.erase(task.id);
    enter(dependant);
  }
  if (task.state == TaskState::kSucceeded) dependants_.erase(found);
}

/// A task that is tried again no longer dooms those that depend on it.
void TaskStore::revive_dependants(const Task& task) {
  const auto found = dependants_.find(task.id);
  if (found == dependants_.end()) return;
  for (const TaskId& id : found->second) {
    const Task& dependant = tasks_.at(id);
    if (!broken_dependency(dependant)) doomed_.erase(place_of(dependant));
  }
}

std::optional<TaskId> TaskStore::broken_dependency(const Task& task) const {
  for (const TaskId& id : task.open_dependencies) {
    const Task* other = find(id);
    // One that is forgotten had finished, and not well, or it would not be open.
    const bool broken =
        other == nullptr || (is_finished(other->state) && other->state != TaskState::kSucceeded);
    if (broken) return id;
  }
  return std::nullopt;
}

}  // namespace coditect::queue
