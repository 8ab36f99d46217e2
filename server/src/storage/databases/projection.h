#pragma once

#include <string>
#include <string_view>

#include "base/event.h"
#include "base/result.h"
#include "storage/databases/database_name.h"
#include "storage/databases/projection_target.h"

namespace coditect::databases {

/// One database as a function of the log: its tables and what each event does to them.
///
/// Invariants: the rows depend on the events (and the tree manifests they name) and on nothing
/// else,
///             so a database can be deleted and rebuilt with the same content.
struct Projection {
  DatabaseName name;
  /// Raised when apply() changes what it writes; the tables' own change is noticed by itself.
  int revision;
  /// SQL that makes the tables. Beside them every database has `meta`.
  const char* schema;
  /// Errors: SQLite's own and those of reading a tree. An event that lacks a field is not an error:
  /// the log cannot be changed any more, so what is there is used.
  Result<void> (*apply)(const Event& event, ProjectionTarget& target);
};

const Projection& projection(DatabaseName name);

/// What a database file made by this program for this projection says in meta.schema; a file that
/// says something else is rebuilt.
std::string schema_mark(const Projection& projection);

}  // namespace coditect::databases
