#pragma once

#include "storage/databases/projection.h"

namespace coditect::databases {

/// The database `messages`: chat with full-text search, and the bus between agents.
extern const Projection kMessages;

}  // namespace coditect::databases
