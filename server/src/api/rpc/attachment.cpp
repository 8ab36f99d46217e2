#include "api/rpc/attachment.h"

#include "api/rpc/approval_rows.h"
#include "api/rpc/budget_rows.h"
#include "api/rpc/lock_rows.h"
#include "providers/model_images.h"

namespace coditect::api {

json::array agent_rows(workspace::Workspace& workspace) {
  json::array rows;
  const workspace::WorkspaceState& state = workspace.state();
  const auto agents = workspace.services().agents.agents();
  for (const agents::AgentDefinition& agent : *agents) {
    json::object row{{"name", agent.name},
                     {"provider", agent.provider_name()},
                     {"model", agent.model},
                     {"simulated", agent.simulated},
                     {"state", to_string(state.agents.state(agent.name))}};
    if (!agent.role.empty()) row["role"] = agent.role;
    if (!providers::takes_images(agent.model)) row["takes_images"] = false;
    json::array paused;
    for (const auto& [id, task] : state.tasks.tasks()) {
      if (task.agent != agent.name) continue;
      if (task.state == queue::TaskState::kPaused) paused.push_back(json::string(id.str()));
      if (!queue::is_active(task.state)) continue;
      row["task"] = id.str();
      if (!task.waits_for.empty()) row["waits_for"] = task.waits_for;
    }
    if (!paused.empty()) row["paused"] = std::move(paused);
    rows.push_back(std::move(row));
  }
  return rows;
}

json::object attachment(workspace::Workspace& workspace) {
  const workspace::WorkspaceState& state = workspace.state();
  json::object cost = state.cost.to_json();
  cost["budgets"] = budget_rows(workspace);
  json::object answer{
      {"workspace", to_json(workspace.meta())}, {"head", state.seq},
      {"agents", agent_rows(workspace)},        {"locks", lock_rows(state)},
      {"lock_waits", lock_wait_rows(state)},    {"tasks", task_rows(state)},
      {"worktrees", worktree_rows(state)},      {"cost", std::move(cost)},
      {"approvals", approval_rows(state)},      {"approval_policy", approval_policy(state)}};
  if (const auto& session = state.sessions.current()) answer["session"] = to_json(*session);
  return answer;
}

json::object you_json(const Caller& caller) {
  return {{"name", caller.actor.substr(caller.actor.find(':') + 1)},
          {"actor", caller.actor},
          {"role", to_string(caller.role)},
          {"connection", caller.connection}};
}

awaitable<Result<json::value>> attachment_when_durable(workspace::Workspace& workspace,
                                                       Caller caller) {
  workspace.keep_session(caller.actor);
  json::object answer = attachment(workspace);
  answer["you"] = you_json(caller);
  CO_TRY_VOID(co_await workspace.log().durable(workspace.state().seq));
  co_return answer;
}

}  // namespace coditect::api
