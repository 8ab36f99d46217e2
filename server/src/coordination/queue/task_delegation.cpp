// What tasks may delegate, and who waits for whom.
#include <set>
#include <string>
#include <vector>

#include "coordination/queue/delegation_limits.h"
#include "coordination/queue/task_board.h"

namespace coditect::queue {

namespace {

/// How many tasks are above this one, as far as they are known.
int depth_of(const TaskStore& store, const Task* task) {
  int depth = 0;
  while (task != nullptr && task->parent && depth <= limits::kDelegationDepthMax) {
    task = store.find(*task->parent);
    ++depth;
  }
  return depth;
}

}  // namespace

Result<void> TaskBoard::check_parent(const Submission& submission) const {
  if (!submission.parent) return {};
  const Task* parent = store_.find(*submission.parent);
  if (parent == nullptr) return not_found("there is no task " + submission.parent->str());
  if (depth_of(store_, parent) >= limits::kDelegationDepthMax) {
    return Error{Errc::kLimit,
                 "this task was delegated itself, " + std::to_string(limits::kDelegationDepthMax) +
                     " deep: it may not delegate further",
                 "do it yourself, or end with what is left to do"};
  }
  if (store_.children(parent->id).size() >= limits::kDelegatedTasksMax) {
    return Error{
        Errc::kLimit,
        "the task has delegated " + std::to_string(limits::kDelegatedTasksMax) + " tasks already",
        "do the rest yourself, or end with what is left to do"};
  }
  return {};
}

std::vector<TaskId> TaskBoard::untold(const TaskId& parent, std::string_view prompt) const {
  std::vector<TaskId> ids;
  for (const TaskId& id : store_.children(parent)) {
    const Task* child = store_.find(id);
    if (!child->told && child->prompt == prompt) ids.push_back(id);
  }
  return ids;
}

bool TaskBoard::waits_for(std::string_view agent, std::string_view other) const {
  std::set<TaskId> seen;
  std::vector<const Task*> next;
  const auto at_work = [&](std::string_view name) {
    for (const auto& [id, task] : store_.tasks()) {
      if (task.agent == name && is_active(task.state)) next.push_back(&task);
    }
  };
  at_work(agent);
  while (!next.empty()) {
    const Task* task = next.back();
    next.pop_back();
    if (!seen.insert(task->id).second) continue;
    for (const TaskId& id : store_.children(task->id)) {
      const Task* child = store_.find(id);
      if (child->told || is_finished(child->state)) continue;
      if (child->agent == other) return true;
      // It waits itself, at work or not, and for what its agent does before it.
      next.push_back(child);
      at_work(child->agent);
    }
  }
  return false;
}

}  // namespace coditect::queue
