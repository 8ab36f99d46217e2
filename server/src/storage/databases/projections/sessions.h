#pragma once

#include "storage/databases/projection.h"

namespace coditect::databases {

/// The database `sessions`: who was here and when.
extern const Projection kSessions;

}  // namespace coditect::databases
