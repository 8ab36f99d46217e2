#pragma once

#include "storage/databases/projection.h"

namespace coditect::databases {

/// The database `artifacts`: every version of every file, the changes between them, checkpoints.
extern const Projection kArtifacts;

}  // namespace coditect::databases
