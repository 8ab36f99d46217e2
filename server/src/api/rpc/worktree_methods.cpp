#include "api/rpc/attachment.h"
#include "api/rpc/method_table.h"
#include "api/rpc/params.h"

namespace coditect::api {

namespace {

std::string_view state_of(const queue::Task* task) {
  return task == nullptr ? "ended" : queue::to_string(task->state);
}

json::object row_of(const workspace::WorktreeInfo& info, const queue::TaskBoard& board) {
  json::array changed;
  for (const auto& [path, entry] : info.changed) {
    changed.push_back(json::object{{"path", path}, {"removed", !entry.has_value()}});
  }
  return {{"task", info.task},
          {"agent", info.agent},
          {"state", state_of(board.find(TaskId(info.task)))},
          {"begun", info.begun},
          {"changed", std::move(changed)},
          {"conflicts", json::value_from(info.conflicts)}};
}

awaitable<Result<json::value>> list(MethodCall call) {
  co_return json::object{{"worktrees", worktree_rows(call.workspace.state())}};
}

awaitable<Result<json::value>> diff(MethodCall call) {
  const std::string task = text_param(call.params, "task");
  std::string path = optional_text(call.params, "path").value_or("");
  CO_TRY(std::string text, co_await call.workspace.worktrees().diff(task, std::move(path)));
  co_return json::object{{"task", task}, {"diff", std::move(text)}};
}

awaitable<Result<json::value>> merge(MethodCall call) {
  const TaskId task(text_param(call.params, "task"));
  CO_TRY(const auto outcome, co_await call.workspace.tasks().merge_worktree(task, call.actor));
  json::array conflicts;
  for (const workspace::MergeConflict& conflict : outcome.merge.conflicts) {
    conflicts.push_back(json::object{{"path", conflict.path}, {"why", conflict.why}});
  }
  json::object answer{{"merged", outcome.merge.conflicts.empty()},
                      {"paths", json::value_from(outcome.merge.paths)},
                      {"before", outcome.merge.before},
                      {"conflicts", std::move(conflicts)}};
  if (outcome.conflict_task) answer["task"] = outcome.conflict_task->str();
  co_return answer;
}

awaitable<Result<json::value>> discard(MethodCall call) {
  const std::string task = text_param(call.params, "task");
  CO_TRY_VOID(co_await call.workspace.worktrees().discard(task, call.actor));
  co_return json::object{{"task", task}, {"discarded", true}};
}

const Parameter kTask{"task", "string", kRequired, "the id of the task whose worktree it is"};

}  // namespace

json::array worktree_rows(const workspace::WorkspaceState& state) {
  json::array rows;
  for (const auto& [task, info] : state.worktrees.open()) rows.push_back(row_of(info, state.tasks));
  return rows;
}

std::vector<Method> worktree_methods() {
  return {
      {"worktrees.list",
       "The copies of the project that tasks work in or have left, neither merged nor discarded.",
       {},
       "{worktrees: [{task, agent, state, begun, changed: [{path, removed}], conflicts: [path]}]}",
       once_durable<list>},
      {"worktrees.diff",
       "How a worktree differs from the project as it was when its task began, in unified format.",
       {kTask, {"path", "string", kOptional, "only this file"}},
       "{task, diff}",
       once_durable<diff>},
      {"worktrees.merge",
       "Brings what a finished task did in its worktree into the project, all of it. Where the "
       "project has changed in the same places nothing comes in, and a task that decides is "
       "queued. Makes a checkpoint first.",
       {kTask},
       "{merged, paths, before: checkpoint's id, conflicts: [{path, why}], task?}",
       merge},
      {"worktrees.discard",
       "Throws a worktree away. The log keeps what was in it.",
       {kTask},
       "{task, discarded}",
       discard},
  };
}

}  // namespace coditect::api
