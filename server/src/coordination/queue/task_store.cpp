#include "coordination/queue/task_store.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/limits.h"

namespace coditect::queue {

namespace {

Error misfit(const Event& event) {
  return internal("the log's " + event.type + " does not fit task '" + event.task + "'");
}

}  // namespace

Result<void> TaskStore::apply(const Event& event) {
  if (event.type == "task_queued") return queue(event);
  if (event.type == "agent_message") return steer(event);
  if (event.type == "conversation_turn") return take_turn(event);
  if (event.type == "agent_stuck") return note_stuck(event);
  if (event.type == "tool_call") return end_call(event);
  if (!event.type.starts_with("task_") || event.type == "task_retrying") return {};
  const auto found = tasks_.find(TaskId{event.task});
  if (found == tasks_.end()) return misfit(event);
  Task& task = found->second;
  if (event.type == "task_started") return start(event, task);
  if (event.type == "task_waiting") return wait(event, task);
  if (event.type == "task_resumed") return resume(event, task);
  if (event.type == "task_requeued") return requeue(event, task);
  if (event.type == "task_promoted") return promote(event, task);
  if (event.type == "task_moved") return move(event, task);
  if (event.type == "task_depends") return depend(event, task);
  if (event.type == "task_finished") return finish(event, task);
  if (event.type == "task_paused") return pause(event, task);
  if (event.type == "task_cancel_requested") {
    task.cancel_requested = true;
    orphans_.erase(task.id);
    cancel_children(task.id);
  }
  if (event.type == "task_pause_requested") task.pause_requested_by = event.actor;
  return {};
}

Result<void> TaskStore::queue(const Event& event) {
  Task task;
  task.id = TaskId{event.task};
  if (event.task.empty() || tasks_.contains(task.id)) return misfit(event);
  TRY(task.agent, need_string(event.data, "agent"));
  TRY(task.prompt, need_string(event.data, "prompt"));
  TRY(task.images, parse_images(event.data));
  task.image_bytes = bytes_of(task.images);
  TRY(std::int64_t priority, need_int(event.data, "priority"));
  task.priority = static_cast<int>(priority);
  task.attempt = static_cast<int>(find_int(event.data, "attempt").value_or(1));
  task.first_attempt = task.attempt;
  task.budget_usd = find_double(event.data, "budget_usd");
  task.group = find_string(event.data, "group").value_or("");
  TRY(task.worktree, parse_worktree_mode(find_string(event.data, "worktree").value_or("none")));
  if (const auto parent = find_string(event.data, "parent")) task.parent = TaskId{*parent};
  TRY_VOID(take_dependencies(event, task));
  task.session = event.session;
  task.created_at = event.ts;
  task.queued_seq = event.seq;
  task.place = {static_cast<std::int64_t>(event.seq)};
  const TaskId id = task.id;
  Task& queued = tasks_.emplace(id, std::move(task)).first->second;
  if (queued.parent) children_[*queued.parent].insert(id);
  link(queued);
  enter(queued);
  return {};
}

Result<void> TaskStore::start(const Event& event, Task& task) {
  if (task.state != TaskState::kQueued) return misfit(event);
  leave(task);
  task.state = TaskState::kRunning;
  task.started_at = event.ts;
  enter(task);
  return {};
}

Result<void> TaskStore::wait(const Event& event, Task& task) {
  if (!is_active(task.state)) return misfit(event);
  task.state = TaskState::kWaiting;
  task.waits_for = find_string(event.data, "for").value_or("") + ": " +
                   find_string(event.data, "what").value_or("");
  return {};
}

Result<void> TaskStore::resume(const Event& event, Task& task) {
  if (find_string(event.data, "for") == "pause") return end_pause(event, task);
  if (!is_active(task.state)) return misfit(event);
  task.state = TaskState::kRunning;
  task.waits_for.clear();
  return {};
}

Result<void> TaskStore::pause(const Event& event, Task& task) {
  if (task.state != TaskState::kQueued && !is_active(task.state)) return misfit(event);
  TRY(std::int64_t attempt, need_int(event.data, "attempt"));
  leave(task);
  // What goes on later is another attempt, which is not used up by the pause.
  if (is_active(task.state)) ++task.first_attempt;
  task.attempt = static_cast<int>(attempt);
  task.state = TaskState::kPaused;
  task.pause_requested_by.clear();
  task.waits_for = "pause: " + find_string(event.data, "what").value_or("");
  task.started_at.reset();
  enter(task);
  return {};
}

Result<void> TaskStore::end_pause(const Event& event, Task& task) {
  if (task.state == TaskState::kPaused) {
    leave(task);
    task.state = TaskState::kQueued;
    task.waits_for.clear();
    enter(task);
    return {};
  }
  // It had not come to stand still yet.
  if (task.pause_requested_by.empty()) return misfit(event);
  task.pause_requested_by.clear();
  return {};
}

Result<void> TaskStore::steer(const Event& event) {
  if (!find_bool(event.data, "steers").value_or(false)) return {};
  const auto task = tasks_.find(TaskId{event.task});
  if (task == tasks_.end() || is_finished(task->second.state)) return misfit(event);
  Steering said;
  TRY(said.id, need_string(event.data, "id"));
  TRY(said.from, need_string(event.data, "from"));
  TRY(said.text, need_string(event.data, "text"));
  TRY(said.images, parse_images(event.data));
  task->second.image_bytes += bytes_of(said.images);
  task->second.steering.push_back(std::move(said));
  return {};
}

Result<void> TaskStore::take_turn(const Event& event) {
  const auto task = tasks_.find(TaskId{event.task});
  const bool answers = event.data.contains("stop");
  if (answers && task != tasks_.end()) task->second.stuck = 0;
  const json::array* heard = find_array(event.data, "heeds");
  if (heard == nullptr) return {};
  if (task == tasks_.end()) return misfit(event);
  for (const json::value& id : *heard) {
    if (!id.is_string()) return misfit(event);
    std::erase_if(task->second.steering,
                  [&id](const Steering& said) { return said.id == id.get_string(); });
  }
  return {};
}

/// The model has been told what became of the tasks that its call delegated.
Result<void> TaskStore::end_call(const Event& event) {
  if (find_string(event.data, "tool") != "delegate_task") return {};
  if (find_string(event.data, "phase") != "finished") return {};
  for (const TaskId& id : children(TaskId{event.task})) tasks_.at(id).told = true;
  return {};
}

bool TaskStore::waits_for_children(const Task& task) const {
  return std::ranges::any_of(children(task.id), [this](const TaskId& id) {
    const Task& child = tasks_.at(id);
    return !child.told && !is_finished(child.state);
  });
}

void TaskStore::set_state(Task& task, TaskState state) {
  const auto parent = task.parent ? tasks_.find(*task.parent) : tasks_.end();
  if (parent != tasks_.end()) leave(parent->second);
  task.state = state;
  if (parent != tasks_.end()) enter(parent->second);
}

void TaskStore::cancel_children(const TaskId& id) {
  for (const TaskId& child : children(id)) {
    if (!is_finished(tasks_.at(child).state)) orphans_.insert(child);
  }
}

Result<void> TaskStore::note_stuck(const Event& event) {
  const auto task = tasks_.find(TaskId{event.task});
  if (task == tasks_.end() || !is_active(task->second.state)) return misfit(event);
  ++task->second.stuck;
  return {};
}

Result<void> TaskStore::requeue(const Event& event, Task& task) {
  if (task.state == TaskState::kQueued || task.state == TaskState::kPaused ||
      task.state == TaskState::kSucceeded) {
    return misfit(event);
  }
  TRY(std::int64_t attempt, need_int(event.data, "attempt"));
  task.attempt = static_cast<int>(attempt);
  if (find_bool(event.data, "restart").value_or(false)) ++task.first_attempt;
  if (is_finished(task.state)) {
    // It begins anew, and what it delegated before is not what it delegates now.
    for (const TaskId& child : children(task.id)) tasks_.at(child).told = true;
    task.first_attempt = task.attempt;
    task.stuck = 0;
    task.image_bytes = bytes_of(task.images);
    std::erase(finished_, task.id);
  }
  set_state(task, TaskState::kQueued);
  task.cancel_requested = false;
  task.pause_requested_by.clear();
  task.waits_for.clear();
  task.error.reset();
  task.result.reset();
  task.started_at.reset();
  task.finished_at.reset();
  enter(task);
  revive_dependants(task);
  return {};
}

Result<void> TaskStore::promote(const Event& event, Task& task) {
  TRY(std::int64_t priority, need_int(event.data, "priority"));
  leave(task);
  task.priority = static_cast<int>(priority);
  task.place = {-static_cast<std::int64_t>(event.seq)};
  enter(task);
  return {};
}

Result<void> TaskStore::move(const Event& event, Task& task) {
  const bool movable = task.state == TaskState::kQueued || task.state == TaskState::kPaused;
  if (!movable) return misfit(event);
  TRY(std::string agent, need_string(event.data, "agent"));
  TRY(std::int64_t priority, need_int(event.data, "priority"));
  Digits place{static_cast<std::int64_t>(event.seq)};
  if (const json::value* digits = event.data.if_contains("place")) {
    TRY(place, parse_digits(*digits));
  }
  leave(task);
  task.agent = std::move(agent);
  task.priority = static_cast<int>(priority);
  task.place = std::move(place);
  enter(task);
  return {};
}

Result<void> TaskStore::finish(const Event& event, Task& task) {
  if (is_finished(task.state)) return misfit(event);
  TRY(std::string name, need_string(event.data, "state"));
  TRY(TaskState state, parse_state(name));
  if (!is_finished(state)) return misfit(event);
  leave(task);
  // One that was running has told its children when that was asked for.
  if (state == TaskState::kCancelled && !task.cancel_requested) cancel_children(task.id);
  orphans_.erase(task.id);
  set_state(task, state);
  task.waits_for.clear();
  task.pause_requested_by.clear();
  task.finished_at = event.ts;
  task.result = find_string(event.data, "result");
  if (const json::object* error = find_object(event.data, "error")) {
    task.error = TaskError{find_string(*error, "kind").value_or(""),
                           find_string(*error, "message").value_or(""),
                           find_string(*error, "hint").value_or("")};
  }
  enter(task);
  finished_.push_back(task.id);
  tell_dependants(task);
  forget_old();
  return {};
}

Place TaskStore::place_of(const Task& task) {
  return {-task.priority, task.place, task.queued_seq};
}

void TaskStore::enter(const Task& task) {
  if (task.state == TaskState::kPaused) ++queued_;
  if (task.state != TaskState::kQueued) return;
  ++queued_;
  const bool ready = task.open_dependencies.empty() && !waits_for_children(task);
  if (ready) runnable_[task.agent].emplace(place_of(task), task.id);
  if (broken_dependency(task)) doomed_.emplace(place_of(task), task.id);
}

void TaskStore::leave(const Task& task) {
  if (task.state == TaskState::kPaused) --queued_;
  if (task.state != TaskState::kQueued) return;
  --queued_;
  const auto agent = runnable_.find(task.agent);
  if (agent != runnable_.end()) {
    agent->second.erase(place_of(task));
    if (agent->second.empty()) runnable_.erase(agent);
  }
  doomed_.erase(place_of(task));
}

void TaskStore::forget_old() {
  while (finished_.size() > limits::kFinishedTasksKept) {
    const auto oldest = tasks_.find(finished_.front());
    check(oldest != tasks_.end(), "a finished task is kept until it is forgotten");
    unlink(oldest->second);
    if (const auto& parent = oldest->second.parent) {
      const auto siblings = children_.find(*parent);
      siblings->second.erase(oldest->first);
      if (siblings->second.empty()) children_.erase(siblings);
    }
    tasks_.erase(oldest);
    finished_.pop_front();
  }
}

const std::set<TaskId>& TaskStore::children(const TaskId& id) const {
  static const std::set<TaskId> kNone;
  const auto found = children_.find(id);
  return found == children_.end() ? kNone : found->second;
}

const Task* TaskStore::first_orphan() const {
  return orphans_.empty() ? nullptr : find(*orphans_.begin());
}

const Task* TaskStore::find(const TaskId& id) const {
  const auto found = tasks_.find(id);
  return found == tasks_.end() ? nullptr : &found->second;
}

const Task* TaskStore::first_runnable(std::string_view agent) const {
  const auto found = runnable_.find(agent);
  return found == runnable_.end() ? nullptr : find(found->second.begin()->second);
}

Result<Digits> TaskStore::place_before(const Task& task) const {
  std::optional<Digits> after;
  for (const auto& [id, other] : tasks_) {
    if (other.agent != task.agent || other.priority != task.priority) continue;
    if (other.place < task.place && (!after || *after < other.place)) after = other.place;
  }
  return between(after, task.place);
}

const Task* TaskStore::first_doomed() const {
  return doomed_.empty() ? nullptr : find(doomed_.begin()->second);
}

json::object TaskStore::snapshot() const {
  json::array tasks;
  tasks.reserve(tasks_.size());
  for (const auto& [id, task] : tasks_) tasks.push_back(task_json(task));
  json::array finished;
  for (const TaskId& id : finished_) finished.emplace_back(id.str());
  json::object object;
  object["tasks"] = std::move(tasks);
  object["finished"] = std::move(finished);
  return object;
}

Result<TaskStore> TaskStore::restore(const json::object& snapshot) {
  TaskStore store;
  const json::array* tasks = find_array(snapshot, "tasks");
  const json::array* finished = find_array(snapshot, "finished");
  if (tasks == nullptr || finished == nullptr) return invalid("a task snapshot lacks a member");
  for (const json::value& value : *tasks) {
    if (!value.is_object()) return invalid("a task snapshot holds something that is no task");
    TRY(Task task, parse_task(value.get_object()));
    const TaskId id = task.id;
    if (!store.tasks_.emplace(id, std::move(task)).second) {
      return invalid("a task snapshot holds a task twice");
    }
  }
  for (const json::value& value : *finished) {
    const Task* task =
        value.is_string() ? store.find(TaskId{std::string(value.get_string())}) : nullptr;
    if (task == nullptr || !is_finished(task->state)) {
      return invalid("a task snapshot calls a task finished that is not");
    }
    store.finished_.push_back(task->id);
  }
  for (const auto& [id, task] : store.tasks_) {
    if (task.parent) store.children_[*task.parent].insert(id);
  }
  for (const auto& [id, task] : store.tasks_) {
    store.link(task);
    store.enter(task);
  }
  return store;
}

}  // namespace coditect::queue
