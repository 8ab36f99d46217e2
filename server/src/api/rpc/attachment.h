#pragma once

#include "api/people/caller.h"
#include "base/json.h"
#include "workspace/workspace.h"

namespace coditect::api {

/// [{name, provider, model, simulated, state, task?, waits_for?}], in the order of the
/// configuration.
json::array agent_rows(workspace::Workspace& workspace);
/// Every task on the board, as tasks.list shows it.
json::array task_rows(const workspace::WorkspaceState& state);
json::array worktree_rows(const workspace::WorkspaceState& state);

/// What workspace.attach answers: {workspace, session, head, agents, locks, lock_waits, tasks,
/// cost, approvals, approval_policy}, all of it the state right after event `head`. On the
/// workspace's strand.
json::object attachment(workspace::Workspace& workspace);
/// {name, actor, role, connection}
json::object you_json(const Caller& caller);
/// attachment(), and who asks as `you`, given only once everything
/// that it shows is durable; keeps the session open.
awaitable<Result<json::value>> attachment_when_durable(workspace::Workspace& workspace,
                                                       Caller caller);

}  // namespace coditect::api
