#pragma once

#include "base/result.h"

namespace coditect::databases {

/// Configures SQLite for many small databases and refuses a library that may corrupt a WAL (older
/// than 3.51.3). Called before anything else of SQLite; later calls return the first one's answer.
///
/// Threads: any.
Result<void> start_sqlite();

}  // namespace coditect::databases
