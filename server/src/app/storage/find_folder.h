#pragma once

#include <string>

#include "base/strong_id.h"
#include "storage/objects/object_store.h"

namespace coditect::app {

/// Where a workspace lies in the store: by the marker of the node that owns it, else by looking
/// through everything. Errc::kNotFound where it is nowhere.
awaitable<Result<std::string>> find_workspace_folder(objects::ObjectStore& store, WorkspaceId id);

}  // namespace coditect::app
