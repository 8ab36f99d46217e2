#include "storage/databases/sql_query.h"

#include <algorithm>
#include <utility>

#include "storage/databases/sql_guard.h"
#include "storage/databases/sql_values.h"

namespace coditect::databases {

namespace {

using std::chrono::milliseconds;

// Compiles exactly one statement; what follows it may only be blanks and comments.
Result<Statement> prepare_one(Connection& connection, const std::string& sql) {
  if (sql.size() > limits::kSqlTextBytesMax) {
    return invalid("the SQL is longer than " + std::to_string(limits::kSqlTextBytesMax) + " bytes",
                   "pass values as params");
  }
  if (sql.find('\0') != std::string::npos) return invalid("the SQL holds a zero byte");
  const char* rest = nullptr;
  sqlite3_stmt* handle = nullptr;
  const int code = sqlite3_prepare_v2(connection.handle(), sql.c_str(), -1, &handle, &rest);
  if (code != SQLITE_OK) return connection.error(code);
  if (handle == nullptr) return invalid("there is no SQL statement", "write one SELECT");
  Statement statement(connection, handle);
  sqlite3_stmt* second = nullptr;
  const int second_code = sqlite3_prepare_v2(connection.handle(), rest, -1, &second, nullptr);
  const bool blank = second_code == SQLITE_OK && second == nullptr;
  sqlite3_finalize(second);
  if (!blank) {
    return invalid("there is more than one statement", "send one statement with each query");
  }
  if (sqlite3_stmt_readonly(handle) == 0) return refused_sql("this statement");
  return statement;
}

Result<Rows> collect(Statement& statement, std::size_t row_limit) {
  Rows answer;
  const int columns = statement.columns();
  for (int column = 0; column < columns; ++column) {
    answer.columns.emplace_back(statement.name(column));
  }
  std::size_t bytes = 0;
  for (;;) {
    TRY(const bool more, statement.step());
    if (!more) return answer;
    if (answer.rows.size() == row_limit) break;
    json::array row;
    row.reserve(static_cast<std::size_t>(columns));
    for (int column = 0; column < columns; ++column) {
      row.push_back(column_json(statement, column));
      bytes += json_bytes(row.back());
    }
    if (bytes > limits::kQueryAnswerBytesMax) break;
    answer.rows.push_back(std::move(row));
  }
  answer.truncated = true;
  return answer;
}

Result<Rows> prepare_and_collect(Connection& connection, const Query& query) {
  TRY(Statement statement, prepare_one(connection, query.sql));
  TRY_VOID(bind_params(statement, query.params));
  return collect(statement, std::min(query.row_limit, limits::kQueryRowsMax));
}

}  // namespace

Result<Rows> run_query(Connection& connection, const Query& query) {
  const auto begin = std::chrono::steady_clock::now();
  const milliseconds time_limit = std::min<milliseconds>(query.time_limit, limits::kSqlTimeMax);
  SqlGuard guard(connection, time_limit, query.stop);
  Result<Rows> answer = prepare_and_collect(connection, query);
  if (!answer) return guard.explain(std::move(answer).error());
  const std::chrono::duration<double, std::milli> elapsed =
      std::chrono::steady_clock::now() - begin;
  answer->elapsed_ms = elapsed.count();
  return answer;
}

}  // namespace coditect::databases
