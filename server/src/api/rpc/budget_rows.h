#pragma once

#include "base/json.h"
#include "workspace/workspace.h"

namespace coditect::api {

/// What may be spent and what was, a row a scope: {scope, limit_usd?, spent_usd, reserved_usd,
/// unsettled_usd, left_usd?}. The workspace, today (as "day", with its date), every agent, and the
/// tasks that have a limit or a call under way. Without a limit nothing is left or lacks.
json::array budget_rows(workspace::Workspace& workspace);

/// Calls that may have cost money which nobody has heard of, the oldest first: {reservation, agent,
/// task?, model, amount_usd, seq}.
json::array unsettled_rows(workspace::Workspace& workspace);

}  // namespace coditect::api
