#pragma once

#include "base/result.h"
#include "storage/databases/connection.h"
#include "storage/databases/rows.h"

namespace coditect::databases {

/// Runs one reading statement on a reader.
///
/// Errors: kInvalid with SQLite's words and the place for SQL that does not compile, for more than
///         one statement and for params that do not fit; kDenied for whatever is not reading;
///         kLimit when time is up; kCancelled when `stop` is requested.
Result<Rows> run_query(Connection& connection, const Query& query);

}  // namespace coditect::databases
