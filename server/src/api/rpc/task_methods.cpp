#include <set>

#include "api/rpc/images_param.h"
#include "api/rpc/method_table.h"
#include "api/rpc/params.h"
#include "base/limits.h"

namespace coditect::api {

namespace {

json::object task_row(const queue::Task& task, const budget::Books& books) {
  json::object row{{"id", task.id.str()},
                   {"agent", task.agent},
                   {"state", to_string(task.state)},
                   {"priority", task.priority},
                   {"prompt", task.prompt},
                   {"attempt", task.attempt},
                   {"place", queue::digits_json(task.place)},
                   {"created_at", to_rfc3339(task.created_at)}};
  row["depends_on"] = queue::ids_json(task.depends_on);
  if (!task.images.empty()) row["images"] = to_json(task.images);
  if (task.started_at) row["started_at"] = to_rfc3339(*task.started_at);
  if (task.finished_at) row["finished_at"] = to_rfc3339(*task.finished_at);
  // The limit may have been set anew since the task was queued.
  const auto limit = books.account("task:" + task.id.str()).limit;
  if (limit) row["budget_usd"] = to_usd(*limit);
  if (task.parent) row["parent"] = task.parent->str();
  if (!task.group.empty()) row["group"] = task.group;
  if (task.worktree != queue::WorktreeMode::kNone) row["worktree"] = to_string(task.worktree);
  if (!task.waits_for.empty()) row["waits_for"] = task.waits_for;
  if (!task.pause_requested_by.empty()) row["pause_requested_by"] = task.pause_requested_by;
  if (!task.steering.empty()) row["steering"] = queue::steering_json(task);
  if (task.result) row["result"] = *task.result;
  if (task.error) {
    row["error"] = {
        {"kind", task.error->kind}, {"message", task.error->message}, {"hint", task.error->hint}};
  }
  return row;
}

Result<std::vector<TaskId>> depends_on_param(const json::object& params) {
  TRY(const std::vector<std::string> names, texts_param(params, "depends_on"));
  return std::vector<TaskId>(names.begin(), names.end());
}

Result<queue::Task> find_task(const MethodCall& call) {
  const TaskId id(text_param(call.params, "id"));
  const queue::Task* task = call.workspace.state().tasks.find(id);
  if (task == nullptr) {
    return not_found("there is no task '" + id.str() + "'", "tasks.list names those there are");
  }
  return *task;
}

/// Whom the task is for: one of `agent` and `agents`.
Result<void> take_agents(const json::object& params, workspace::TaskRequest& request) {
  const bool one = params.contains("agent");
  if (one == params.contains("agents")) {
    return invalid("either 'agent' or 'agents' is needed", "agents.list names them");
  }
  if (one) {
    request.agent = text_param(params, "agent");
    return {};
  }
  TRY(request.agents, texts_param(params, "agents"));
  const std::set<std::string> distinct(request.agents.begin(), request.agents.end());
  if (!distinct.empty() && distinct.size() == request.agents.size()) return {};
  return invalid("'agents' names nobody, or somebody twice", "give each agent's name once");
}

awaitable<Result<json::value>> submit(MethodCall call) {
  workspace::TaskRequest request;
  CO_TRY_VOID(take_agents(call.params, request));
  request.prompt = text_param(call.params, "prompt");
  CO_TRY(std::int64_t priority,
         integer_param(call.params, "priority", queue::kPriorityDefault, 0, queue::kPriorityMax));
  request.priority = static_cast<int>(priority);
  CO_TRY(request.depends_on, depends_on_param(call.params));
  request.budget_usd = find_double(call.params, "budget_usd");
  const std::string worktree = optional_text(call.params, "worktree").value_or("none");
  CO_TRY(request.worktree, queue::parse_worktree_mode(worktree));
  CO_TRY(request.images, co_await keep_images(call));
  CO_TRY(std::vector<TaskId> ids,
         co_await call.workspace.tasks().submit(call.actor, std::move(request)));
  json::array tasks;
  for (const TaskId& id : ids) {
    const queue::Task* task = call.workspace.state().tasks.find(id);
    tasks.push_back({{"id", id.str()}, {"agent", task == nullptr ? "" : task->agent}});
  }
  json::object submitted{{"tasks", std::move(tasks)}};
  const queue::Task* first = call.workspace.state().tasks.find(ids.front());
  if (first != nullptr && !first->group.empty()) submitted["group"] = first->group;
  co_return submitted;
}

awaitable<Result<json::value>> list(MethodCall call) {
  const auto agent = optional_text(call.params, "agent");
  const auto state = optional_text(call.params, "state");
  const auto group = optional_text(call.params, "group");
  json::array rows;
  for (const auto& [id, task] : call.workspace.state().tasks.tasks()) {
    if (agent && task.agent != *agent) continue;
    if (state && to_string(task.state) != *state) continue;
    if (group && task.group != *group) continue;
    rows.push_back(task_row(task, call.workspace.state().budgets.books()));
  }
  co_return json::object{{"tasks", std::move(rows)}};
}

awaitable<Result<json::value>> get(MethodCall call) {
  CO_TRY(queue::Task task, find_task(call));
  co_return task_row(task, call.workspace.state().budgets.books());
}

using Command = awaitable<Result<void>> (workspace::TaskService::*)(TaskId, workspace::Actor);

/// The task as it is after a command on it.
awaitable<Result<json::value>> after(MethodCall call, Command command) {
  const TaskId id(text_param(call.params, "id"));
  CO_TRY_VOID(co_await (call.workspace.tasks().*command)(id, call.actor));
  CO_TRY(queue::Task task, find_task(call));
  co_return task_row(task, call.workspace.state().budgets.books());
}

awaitable<Result<json::value>> cancel(MethodCall call) {
  return after(std::move(call), &workspace::TaskService::cancel);
}

awaitable<Result<json::value>> retry(MethodCall call) {
  return after(std::move(call), &workspace::TaskService::retry);
}

awaitable<Result<json::value>> promote(MethodCall call) {
  return after(std::move(call), &workspace::TaskService::promote);
}

awaitable<Result<json::value>> move(MethodCall call) {
  const TaskId id(text_param(call.params, "id"));
  queue::Move wanted;
  if (auto before = optional_text(call.params, "before")) wanted.before = TaskId(*before);
  wanted.agent = optional_text(call.params, "agent");
  if (call.params.contains("priority")) {
    CO_TRY(std::int64_t priority,
           integer_param(call.params, "priority", queue::kPriorityDefault, 0, queue::kPriorityMax));
    wanted.priority = static_cast<int>(priority);
  }
  CO_TRY_VOID(co_await call.workspace.tasks().move(id, std::move(wanted), call.actor));
  CO_TRY(queue::Task task, find_task(call));
  co_return task_row(task, call.workspace.state().budgets.books());
}

awaitable<Result<json::value>> depend(MethodCall call) {
  const TaskId id(text_param(call.params, "id"));
  CO_TRY(std::vector<TaskId> depends_on, depends_on_param(call.params));
  CO_TRY_VOID(co_await call.workspace.tasks().depend(id, std::move(depends_on), call.actor));
  CO_TRY(queue::Task task, find_task(call));
  co_return task_row(task, call.workspace.state().budgets.books());
}

awaitable<Result<json::value>> pause(MethodCall call) {
  return after(std::move(call), &workspace::TaskService::pause);
}

awaitable<Result<json::value>> resume(MethodCall call) {
  return after(std::move(call), &workspace::TaskService::resume);
}

awaitable<Result<json::value>> steer(MethodCall call) {
  const TaskId id(text_param(call.params, "id"));
  CO_TRY(std::vector<ImageRef> images, co_await keep_images(call));
  CO_TRY(std::string message,
         co_await call.workspace.tasks().steer(id, call.actor, text_param(call.params, "text"),
                                               std::move(images)));
  co_return json::object{{"id", id.str()}, {"message", std::move(message)}};
}

constexpr std::string_view kTask =
    "{id, agent, state, priority, prompt, attempt, place, depends_on, created_at, started_at?, "
    "finished_at?, budget_usd?, parent?, group?, worktree?, waits_for?, pause_requested_by?, "
    "steering?: [{id, from, text, images?}], result?, error?}";
const Parameter kId{"id", "string", kRequired, "the task's id"};

}  // namespace

json::array task_rows(const workspace::WorkspaceState& state) {
  json::array rows;
  for (const auto& [id, task] : state.tasks.tasks()) {
    rows.push_back(task_row(task, state.budgets.books()));
  }
  return rows;
}

std::vector<Method> task_methods() {
  return {
      {"tasks.submit",
       "Gives an agent, several, or all of them, something to do.",
       {{"agent", "string", kOptional, "an agent's name, auto or all"},
        {"agents", "array", kOptional, "in place of it: the names of several"},
        {"prompt", "string", kRequired, "what to do"},
        kImagesParameter,
        {"priority", "integer", kOptional, "0 to 9; 9 goes first, 5 where it is absent"},
        {"depends_on", "array", kOptional, "ids of tasks that must succeed first"},
        {"budget_usd", "number", kOptional,
         "what its calls, and those of the tasks that it delegates, may cost at most; "
         "cost.set_budget changes it"},
        {"worktree", "string", kOptional,
         "none (where it is absent): in the project; merge: in a copy of its own, which is merged "
         "into the project when the task succeeds; keep: in a copy that worktrees.merge merges"}},
       "{tasks: [{id, agent}], group?}",
       submit},
      {"tasks.list",
       "The tasks: all that are not finished and the newest of those that are.",
       {{"agent", "string", kOptional, "only this agent's"},
        {"state", "string", kOptional, "only those in this state"},
        {"group", "string", kOptional, "only those that were submitted together"}},
       "{tasks: [task]}",
       once_durable<list>},
      {"tasks.get", "One task.", {kId}, kTask, once_durable<get>},
      {"tasks.cancel", "Takes a task from the queue, or stops it.", {kId}, kTask, cancel},
      {"tasks.retry", "Queues a failed or cancelled task again.", {kId}, kTask, retry},
      {"tasks.promote", "Makes a queued task its agent's next.", {kId}, kTask, promote},
      {"tasks.move",
       "Gives a queued or paused task another place: before another task, or last among those of a "
       "priority, of its own agent or another one.",
       {kId,
        {"before", "string", kOptional,
         "the task that it is to go before; it becomes that one's agent's, with that priority"},
        {"agent", "string", kOptional, "whose task it is to be; its own where it is absent"},
        {"priority", "integer", kOptional, "0 to 9; its own where it is absent"}},
       kTask,
       move},
      {"tasks.depend",
       "Says anew which tasks have to succeed before one begins that does not run.",
       {kId, {"depends_on", "array", kRequired, "their ids, none to wait for nothing"}},
       kTask,
       depend},
      {"tasks.pause",
       "Lets a task stand still: a queued one at once, another before its next step.",
       {kId},
       kTask,
       pause},
      {"tasks.resume", "Lets a paused task go on where it was.", {kId}, kTask, resume},
      {"tasks.steer",
       "Says something to a task that is not finished; its agent hears it before its next model "
       "call.",
       {kId, {"text", "string", kRequired, "what to say"}, kImagesParameter},
       "{id, message}",
       steer},
  };
}

}  // namespace coditect::api
