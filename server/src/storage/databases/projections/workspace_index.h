#pragma once

#include "storage/databases/projection.h"

namespace coditect::databases {

/// The database `workspace_idx`: the files as they are now, and where words are in the log.
extern const Projection kWorkspaceIndex;

}  // namespace coditect::databases
