#pragma once

#include "base/json.h"
#include "workspace/workspace.h"

namespace coditect::api {

/// The locks that are held: [{path, mode, token, holder, expires_at}].
json::array lock_rows(const workspace::WorkspaceState& state);
/// Who waits, in order: [{path, mode, holder, waits_for, since, task?, told?, approval?}]. The last
/// three of a task's wait: whether holders were told, and the question that is open about it.
json::array lock_wait_rows(const workspace::WorkspaceState& state);

}  // namespace coditect::api
