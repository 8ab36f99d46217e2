#pragma once

#include "base/json.h"
#include "workspace/workspace.h"

namespace coditect::api {

/// What waits for a person, oldest first: [{id, agent, task, tool, input, why, requested_at,
/// expires_at}].
json::array approval_rows(const workspace::WorkspaceState& state);
/// {mode, agents: {NAME: mode}, rules: [{tool?, path?, command?, decision}], timeout_s, on_timeout}
json::object approval_policy(const workspace::WorkspaceState& state);

}  // namespace coditect::api
