#pragma once

#include <map>
#include <memory>
#include <string>

#include "async/async_mutex.h"
#include "async/strand.h"
#include "base/strong_id.h"
#include "workspace/meta.h"
#include "workspace/workspace.h"

namespace coditect::registry {

/// What a node knows of one of its workspaces.
///
/// Threads: the registry's strand.
struct Row {
  explicit Row(const Strand& strand) : transition(strand), copying(strand) {}

  workspace::Meta meta;
  std::shared_ptr<workspace::Workspace> awake;
  std::string failure;    ///< why it could not be opened when it was last tried; "" when it could
  AsyncMutex transition;  ///< held while it wakes, falls asleep or is deleted
  AsyncMutex copying;     ///< held while it is copied; after `transition` where both are
};

/// All of a node's; ordered, because cursors of lists are ids.
using Rows = std::map<WorkspaceId, std::shared_ptr<Row>>;

}  // namespace coditect::registry
