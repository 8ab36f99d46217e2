#include "storage/databases/sql_values.h"

#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/base64.h"
#include "base/utf8.h"

namespace coditect::databases {

namespace {

constexpr std::int64_t kExactIntegerMax = (std::int64_t{1} << 53) - 1;

json::object blob_json(std::string_view bytes) {
  json::object blob;
  blob["$blob"] = to_base64(bytes);
  return blob;
}

Result<void> bind_value(Statement& statement, int index, const json::value& value) {
  switch (value.kind()) {
    case json::kind::null: statement.bind(index, nullptr); return {};
    case json::kind::bool_: statement.bind(index, value.get_bool() ? 1 : 0); return {};
    case json::kind::int64: statement.bind(index, value.get_int64()); return {};
    case json::kind::double_: statement.bind(index, value.get_double()); return {};
    case json::kind::string: statement.bind(index, std::string_view(value.get_string())); return {};
    case json::kind::uint64:
      if (value.get_uint64() > INT64_MAX) {
        return invalid("parameter " + std::to_string(index) + " does not fit into 64 bits",
                       "pass it as a string");
      }
      statement.bind(index, value.get_uint64());
      return {};
    case json::kind::object: {
      const json::value* blob = value.get_object().if_contains("$blob");
      if (blob != nullptr && blob->is_string()) {
        TRY(const std::string bytes, from_base64(blob->get_string()));
        statement.bind_blob(index, bytes);
        return {};
      }
      [[fallthrough]];
    }
    case json::kind::array: statement.bind(index, json::serialize(value)); return {};
  }
  return {};
}

Result<void> bind_array(Statement& statement, const json::array& params) {
  const int wanted = sqlite3_bind_parameter_count(statement.handle());
  if (params.size() != static_cast<std::size_t>(wanted)) {
    return invalid("the statement has " + std::to_string(wanted) + " parameters and " +
                       std::to_string(params.size()) + " values were given",
                   "give one value for each ?");
  }
  int index = 0;
  for (const json::value& value : params) TRY_VOID(bind_value(statement, ++index, value));
  return {};
}

Result<void> bind_object(Statement& statement, const json::object& params) {
  const int wanted = sqlite3_bind_parameter_count(statement.handle());
  for (int index = 1; index <= wanted; ++index) {
    const char* name = sqlite3_bind_parameter_name(statement.handle(), index);
    const json::value* value = name == nullptr ? nullptr : params.if_contains(name + 1);
    if (value == nullptr) {
      const std::string shown = name == nullptr ? std::to_string(index) : name;
      return invalid("parameter " + shown + " has no value",
                     "give every :name a member without the colon, or pass an array");
    }
    TRY_VOID(bind_value(statement, index, *value));
  }
  return {};
}

}  // namespace

Result<void> bind_params(Statement& statement, const json::value& params) {
  if (const json::object* named = params.if_object()) return bind_object(statement, *named);
  if (const json::array* listed = params.if_array()) return bind_array(statement, *listed);
  if (params.is_null()) return bind_array(statement, {});
  return invalid("params are neither an array nor an object");
}

json::value column_json(const Statement& statement, int column) {
  switch (statement.type(column)) {
    case SQLITE_NULL: return nullptr;
    case SQLITE_INTEGER: {
      const std::int64_t number = statement.integer(column);
      if (number >= -kExactIntegerMax && number <= kExactIntegerMax) return number;
      return json::value(std::to_string(number));
    }
    case SQLITE_FLOAT: {
      const double number = statement.real(column);
      if (std::isfinite(number)) return number;
      return json::value(number > 0 ? "Infinity" : "-Infinity");
    }
    case SQLITE_BLOB: return blob_json(statement.text(column));
    default: break;
  }
  const std::string_view text = statement.text(column);
  if (!is_utf8(text)) return blob_json(text);
  return json::value(text);
}

std::size_t json_bytes(const json::value& value) {
  constexpr std::size_t kOverhead = 8;
  if (const json::string* text = value.if_string()) return text->size() + kOverhead;
  if (const json::object* blob = value.if_object()) {
    return blob->empty() ? kOverhead : json_bytes(blob->begin()->value()) + 2 * kOverhead;
  }
  return 2 * kOverhead;
}

}  // namespace coditect::databases
