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
                   {"created_at", to_rfc3339(task.created_at)}};
  json::array depends_on;
  for (const TaskId& id : task.depends_on) depends_on.push_back(json::string(id.str()));
  row["depends_on"] = std::move(depends_on);
  if (task.started_at) row["started_at"] = to_rfc3339(*task.started_at);
  if (task.finished_at) row["finished_at"] = to_rfc3339(*task.finished_at);
  // The limit may have been set anew since the task was queued.
  const auto limit = books.account("task:" + task.id.str()).limit;
  if (limit) row["budget_usd"] = to_usd(*limit);
  if (task.parent) row["parent"] = task.parent->str();
  if (!task.waits_for.empty()) row["waits_for"] = task.waits_for;
  if (task.result) row["result"] = *task.result;
  if (task.error) {
    row["error"] = {
        {"kind", task.error->kind}, {"message", task.error->message}, {"hint", task.error->hint}};
  }
  return row;
}

Result<queue::Task> find_task(const MethodCall& call) {
  const TaskId id(text_param(call.params, "id"));
  const queue::Task* task = call.workspace.state().tasks.find(id);
  if (task == nullptr) {
    return not_found("there is no task '" + id.str() + "'", "tasks.list names those there are");
  }
  return *task;
}

awaitable<Result<json::value>> submit(MethodCall call) {
  workspace::TaskRequest request;
  request.agent = text_param(call.params, "agent");
  request.prompt = text_param(call.params, "prompt");
  CO_TRY(std::int64_t priority,
         integer_param(call.params, "priority", queue::kPriorityDefault, 0, queue::kPriorityMax));
  request.priority = static_cast<int>(priority);
  CO_TRY(std::vector<std::string> depends_on, texts_param(call.params, "depends_on"));
  for (std::string& id : depends_on) request.depends_on.emplace_back(std::move(id));
  request.budget_usd = find_double(call.params, "budget_usd");
  CO_TRY(std::vector<TaskId> ids,
         co_await call.workspace.tasks().submit(call.actor, std::move(request)));
  json::array tasks;
  for (const TaskId& id : ids) {
    const queue::Task* task = call.workspace.state().tasks.find(id);
    tasks.push_back({{"id", id.str()}, {"agent", task == nullptr ? "" : task->agent}});
  }
  co_return json::object{{"tasks", std::move(tasks)}};
}

awaitable<Result<json::value>> list(MethodCall call) {
  const auto agent = optional_text(call.params, "agent");
  const auto state = optional_text(call.params, "state");
  json::array rows;
  for (const auto& [id, task] : call.workspace.state().tasks.tasks()) {
    if (agent && task.agent != *agent) continue;
    if (state && to_string(task.state) != *state) continue;
    rows.push_back(task_row(task, call.workspace.state().budgets.books()));
  }
  co_return json::object{{"tasks", std::move(rows)}};
}

awaitable<Result<json::value>> get(MethodCall call) {
  CO_TRY(queue::Task task, find_task(call));
  co_return task_row(task, call.workspace.state().budgets.books());
}

/// The task as it is after a command on it.
awaitable<Result<json::value>> answer(MethodCall call, awaitable<Result<void>> command) {
  CO_TRY_VOID(co_await std::move(command));
  CO_TRY(queue::Task task, find_task(call));
  co_return task_row(task, call.workspace.state().budgets.books());
}

awaitable<Result<json::value>> cancel(MethodCall call) {
  auto command = call.workspace.tasks().cancel(TaskId(text_param(call.params, "id")), call.actor);
  co_return co_await answer(std::move(call), std::move(command));
}

awaitable<Result<json::value>> retry(MethodCall call) {
  auto command = call.workspace.tasks().retry(TaskId(text_param(call.params, "id")), call.actor);
  co_return co_await answer(std::move(call), std::move(command));
}

awaitable<Result<json::value>> promote(MethodCall call) {
  auto command = call.workspace.tasks().promote(TaskId(text_param(call.params, "id")), call.actor);
  co_return co_await answer(std::move(call), std::move(command));
}

constexpr std::string_view kTask =
    "{id, agent, state, priority, prompt, attempt, depends_on, created_at, started_at?, "
    "finished_at?, budget_usd?, waits_for?, result?, error?}";
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
       "Gives an agent, or all of them, something to do.",
       {{"agent", "string", kRequired, "an agent's name, auto or all"},
        {"prompt", "string", kRequired, "what to do"},
        {"priority", "integer", kOptional, "0 to 9; 9 goes first, 5 where it is absent"},
        {"depends_on", "array", kOptional, "ids of tasks that must succeed first"},
        {"budget_usd", "number", kOptional,
         "what its calls, and those of the tasks that it delegates, may cost at most; "
         "cost.set_budget changes it"}},
       "{tasks: [{id, agent}]}",
       submit},
      {"tasks.list",
       "The tasks: all that are not finished and the newest of those that are.",
       {{"agent", "string", kOptional, "only this agent's"},
        {"state", "string", kOptional, "only those in this state"}},
       "{tasks: [task]}",
       once_durable<list>},
      {"tasks.get", "One task.", {kId}, kTask, once_durable<get>},
      {"tasks.cancel", "Takes a task from the queue, or stops it.", {kId}, kTask, cancel},
      {"tasks.retry", "Queues a failed or cancelled task again.", {kId}, kTask, retry},
      {"tasks.promote", "Makes a queued task its agent's next.", {kId}, kTask, promote},
  };
}

}  // namespace coditect::api
