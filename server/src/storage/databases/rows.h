#pragma once

#include <chrono>
#include <cstddef>
#include <stop_token>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/limits.h"
#include "storage/databases/sql_limits.h"

namespace coditect::databases {

/// A person's or an agent's question to one database.
struct Query {
  std::string sql = {};  ///< one statement that only reads
  /// An array for ?, ?1, ...; an object for :name, @name and $name; null for none. Arrays and
  /// objects inside are bound as JSON text, {"$blob": base64} as a blob.
  json::value params = {};
  std::size_t row_limit = limits::kQueryRowsMax;               ///< cut to kQueryRowsMax
  std::chrono::milliseconds time_limit = limits::kSqlTimeMax;  ///< cut to kSqlTimeMax
  std::stop_token stop = {};
};

/// The answer. One array per row. NULL is null; a whole number beyond ±(2^53 − 1) is a string, so
/// that no client rounds it; infinities are the strings "Infinity" and "-Infinity"; a blob, or text
/// that is not UTF-8, is {"$blob": base64}.
struct Rows {
  std::vector<std::string> columns;
  json::array rows;
  bool truncated = false;  ///< there are more rows than row_limit or kQueryAnswerBytesMax allow
  double elapsed_ms = 0;   ///< of the statement, without catching up
};

}  // namespace coditect::databases
