#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "storage/databases/value.h"

namespace coditect::databases {

class Connection;

/// One compiled SQL statement: bind, step until false, read columns.
///
/// Threads:  its connection's.
/// Lifetime: destroyed before its connection. Text that text() returns lives until the next step.
/// Errors:   a failed bind is reported by the next step().
class Statement {
 public:
  Statement(Connection& connection, sqlite3_stmt* handle)
      : connection_(&connection), handle_(handle) {}

  // Parameters are numbered from 1.
  void bind(int index, std::nullptr_t);
  void bind(int index, std::int64_t value);
  void bind(int index, std::uint64_t value) { bind(index, static_cast<std::int64_t>(value)); }
  void bind(int index, int value) { bind(index, static_cast<std::int64_t>(value)); }
  void bind(int index, double value);
  void bind(int index, std::string_view text);
  void bind(int index, const std::string& text) { bind(index, std::string_view(text)); }
  void bind(int index, const char* text) { bind(index, std::string_view(text)); }
  void bind(int index, const Value& value);
  void bind_blob(int index, std::string_view bytes);
  template <class T>
  void bind(int index, const std::optional<T>& value) {
    value ? bind(index, *value) : bind(index, nullptr);
  }
  template <class... Values>
  void bind_all(const Values&... values) {
    int index = 0;
    (bind(++index, values), ...);
  }

  /// True when there is a row to read, false at the end.
  Result<bool> step();
  /// Steps to the end, then resets.
  Result<void> run();
  /// Back to before the first step, with every parameter NULL.
  void reset();

  // Columns are numbered from 0.
  int columns() const { return sqlite3_column_count(handle_.get()); }
  std::string_view name(int column) const;
  int type(int column) const { return sqlite3_column_type(handle_.get(), column); }
  bool is_null(int column) const { return type(column) == SQLITE_NULL; }
  std::int64_t integer(int column) const { return sqlite3_column_int64(handle_.get(), column); }
  double real(int column) const { return sqlite3_column_double(handle_.get(), column); }
  /// Text or the bytes of a blob; "" for NULL.
  std::string_view text(int column) const;

  sqlite3_stmt* handle() { return handle_.get(); }

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* handle) const { sqlite3_finalize(handle); }
  };
  void note(int code) {
    if (bind_code_ == SQLITE_OK) bind_code_ = code;
  }

  Connection* connection_;
  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
  int bind_code_ = SQLITE_OK;
};

}  // namespace coditect::databases
