#pragma once

#include <sqlite3.h>

#include <chrono>
#include <stop_token>
#include <string>
#include <utility>

#include "base/result.h"
#include "storage/databases/connection.h"

namespace coditect::databases {

/// While it lives, its connection refuses everything but reading, and stops when time is up or the
/// caller gives up.
///
/// Threads:  the connection's.
/// Lifetime: shorter than the connection's and than that of no statement it should guard.
class SqlGuard {
 public:
  SqlGuard(Connection& connection, std::chrono::milliseconds time_limit, std::stop_token stop);
  SqlGuard(const SqlGuard&) = delete;
  SqlGuard& operator=(const SqlGuard&) = delete;
  ~SqlGuard();

  /// `error` as the caller should see it: what was refused, what ran too long, where the SQL is
  /// wrong.
  Error explain(Error error) const;

 private:
  static int authorize(void* self, int action, const char* first, const char* second, const char*,
                       const char*);
  static int progress(void* self);
  int refuse(std::string what);

  Connection& connection_;
  const std::chrono::milliseconds time_limit_;
  const std::chrono::steady_clock::time_point deadline_;
  const std::stop_token stop_;
  std::string refused_;
  bool late_ = false;
};

/// The refusal of SQL that does more than read.
Error refused_sql(std::string_view what);

}  // namespace coditect::databases
