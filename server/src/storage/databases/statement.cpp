#include "storage/databases/statement.h"

#include <type_traits>
#include <variant>

#include "storage/databases/connection.h"

namespace coditect::databases {

void Statement::bind(int index, std::nullptr_t) { note(sqlite3_bind_null(handle_.get(), index)); }

void Statement::bind(int index, std::int64_t value) {
  note(sqlite3_bind_int64(handle_.get(), index, value));
}

void Statement::bind(int index, double value) {
  note(sqlite3_bind_double(handle_.get(), index, value));
}

void Statement::bind(int index, std::string_view text) {
  // A null pointer would bind NULL; an empty view may hold one.
  const char* bytes = text.data() == nullptr ? "" : text.data();
  note(
      sqlite3_bind_text64(handle_.get(), index, bytes, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
}

void Statement::bind_blob(int index, std::string_view bytes) {
  const char* data = bytes.data() == nullptr ? "" : bytes.data();
  note(sqlite3_bind_blob64(handle_.get(), index, data, bytes.size(), SQLITE_TRANSIENT));
}

void Statement::bind(int index, const Value& value) {
  const auto bind_one = [&](const auto& held) {
    if constexpr (std::is_same_v<std::decay_t<decltype(held)>, std::monostate>) {
      bind(index, nullptr);
    } else {
      bind(index, held);
    }
  };
  std::visit(bind_one, value);
}

Result<bool> Statement::step() {
  if (bind_code_ != SQLITE_OK) return connection_->error(bind_code_);
  const int code = sqlite3_step(handle_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  Error error = connection_->error(code);
  sqlite3_reset(handle_.get());
  return error;
}

Result<void> Statement::run() {
  Result<bool> more = step();
  while (more && *more) more = step();
  reset();
  if (!more) return std::move(more).error();
  return {};
}

void Statement::reset() {
  sqlite3_reset(handle_.get());
  sqlite3_clear_bindings(handle_.get());
  bind_code_ = SQLITE_OK;
}

std::string_view Statement::name(int column) const {
  const char* text = sqlite3_column_name(handle_.get(), column);
  return text == nullptr ? std::string_view() : std::string_view(text);
}

std::string_view Statement::text(int column) const {
  const void* bytes = type(column) == SQLITE_BLOB
                          ? sqlite3_column_blob(handle_.get(), column)
                          : static_cast<const void*>(sqlite3_column_text(handle_.get(), column));
  if (bytes == nullptr) return {};
  const int size = sqlite3_column_bytes(handle_.get(), column);
  return {static_cast<const char*>(bytes), static_cast<std::size_t>(size)};
}

}  // namespace coditect::databases
