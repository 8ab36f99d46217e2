#pragma once

#include "storage/databases/projection.h"

namespace coditect::databases {

/// The database `parsed_sessions`: the timeline. The state at any seq is a query.
extern const Projection kParsedSessions;

}  // namespace coditect::databases
