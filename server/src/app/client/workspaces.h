#pragma once

#include <string>

#include "app/client/client.h"
#include "base/json.h"
#include "base/result.h"

namespace coditect::app {

/// Every workspace of the server, as GET /workspaces shows them.
Result<json::array> list_workspaces(const Client& client);

/// The id of the workspace that `name_or_id` means: an id, or a name that only one workspace has.
/// Errc::kNotFound; kConflict, with the ids in its hint, where several have that name.
Result<std::string> find_workspace(const Client& client, const std::string& name_or_id);

/// The part of find_workspace() that decides, on a list of workspaces. Pure.
Result<std::string> pick_workspace(const json::array& workspaces, const std::string& name_or_id);

}  // namespace coditect::app
