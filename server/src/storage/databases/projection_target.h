#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "storage/databases/connection.h"
#include "storage/databases/event_feed.h"

namespace coditect::databases {

/// What a projection writes to: one database inside the writer's transaction.
///
/// Threads:  the writer's.
/// Lifetime: of one catch-up; connection and feed outlive it.
class ProjectionTarget {
 public:
  ProjectionTarget(Connection& connection, EventFeed& feed)
      : connection_(connection), feed_(feed) {}

  /// Runs one statement, compiled once per connection.
  template <class... Values>
  Result<void> run(StaticSql sql, const Values&... values) {
    TRY(Statement * statement, connection_.cached(sql));
    statement->bind_all(values...);
    Result<void> done = statement->run();
    if (!done) statement->reset();
    return done;
  }

  /// The first column of the first row; nothing where there is no row or it holds NULL.
  template <class... Values>
  Result<std::optional<std::string>> text(StaticSql sql, const Values&... values) {
    TRY(Statement * statement, connection_.cached(sql));
    statement->bind_all(values...);
    std::optional<std::string> found;
    Result<bool> row = statement->step();
    if (row && *row && !statement->is_null(0)) found = std::string(statement->text(0));
    statement->reset();
    if (!row) return std::move(row).error();
    return found;
  }
  template <class... Values>
  Result<std::optional<std::int64_t>> integer(StaticSql sql, const Values&... values) {
    TRY(Statement * statement, connection_.cached(sql));
    statement->bind_all(values...);
    std::optional<std::int64_t> found;
    Result<bool> row = statement->step();
    if (row && *row && !statement->is_null(0)) found = statement->integer(0);
    statement->reset();
    if (!row) return std::move(row).error();
    return found;
  }

  /// The files that came with the workspace, when `event` is the checkpoint that recorded them: the
  /// first one labelled "provisioned". Nothing for every other event.
  Result<std::optional<std::vector<TreeFile>>> provisioned(const Event& event);

 private:
  Connection& connection_;
  EventFeed& feed_;
};

}  // namespace coditect::databases
