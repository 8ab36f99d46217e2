#include "api/rpc/method_table.h"
#include "api/rpc/params.h"

namespace coditect::api {

namespace {

/// What one agent has made of the prompt.
json::object answer_row(const queue::Task& task, const MethodCall& call) {
  const workspace::WorkspaceState& state = call.workspace.state();
  json::object row{
      {"id", task.id.str()},
      {"agent", task.agent},
      {"state", to_string(task.state)},
      {"cost_usd", to_usd(state.budgets.books().account("task:" + task.id.str()).spent)}};
  const auto agent = call.workspace.services().agents.find(task.agent);
  if (agent != nullptr) row["model"] = agent->model;
  if (!task.waits_for.empty()) row["waits_for"] = task.waits_for;
  if (task.result) row["result"] = *task.result;
  if (task.error) row["error"] = {{"kind", task.error->kind}, {"message", task.error->message}};
  if (task.started_at && task.finished_at) {
    using std::chrono::milliseconds;
    const auto elapsed = *task.finished_at - *task.started_at;
    row["elapsed_ms"] = std::chrono::duration_cast<milliseconds>(elapsed).count();
  }
  return row;
}

awaitable<Result<json::value>> answers(MethodCall call) {
  const std::string group = text_param(call.params, "group");
  json::array rows;
  std::string prompt;
  bool done = true;
  for (const auto& [id, task] : call.workspace.state().tasks.tasks()) {
    if (group.empty() || task.group != group) continue;
    prompt = task.prompt;
    done = done && queue::is_finished(task.state);
    rows.push_back(answer_row(task, call));
  }
  if (rows.empty()) {
    co_return not_found("there is no group '" + group + "'",
                        "tasks.submit with several agents answers with one");
  }
  co_return json::object{
      {"group", group}, {"prompt", prompt}, {"done", done}, {"answers", std::move(rows)}};
}

}  // namespace

std::vector<Method> task_group_methods() {
  return {
      {"tasks.answers",
       "What each agent has made of one prompt that several were given.",
       {{"group", "string", kRequired, "as tasks.submit gave it"}},
       "{group, prompt, done, answers: [{id, agent, model, state, cost_usd, waits_for?, result?, "
       "error?, elapsed_ms?}]}",
       once_durable<answers>},
  };
}

}  // namespace coditect::api
