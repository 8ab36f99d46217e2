#include "base/json.h"

#include "base/limits.h"

namespace coditect {

Result<json::value> parse_json(std::string_view text) {
  json::parse_options options;
  options.max_depth = limits::kJsonDepthMax;
  boost::system::error_code error;
  json::value value = json::parse(text, error, {}, options);
  if (error) return invalid("not valid JSON: " + error.message());
  return value;
}

Result<json::object> parse_json_object(std::string_view text) {
  TRY(json::value value, parse_json(text));
  if (!value.is_object()) return invalid("expected a JSON object");
  return std::move(value.as_object());
}

std::optional<std::string> find_string(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return std::string(value->get_string());
}

std::optional<std::int64_t> find_int(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr) return std::nullopt;
  if (value->is_int64()) return value->get_int64();
  if (value->is_uint64() && value->get_uint64() <= INT64_MAX) {
    return static_cast<std::int64_t>(value->get_uint64());
  }
  if (value->is_double()) {
    const double number = value->get_double();
    if (number >= -9e15 && number <= 9e15 &&
        static_cast<double>(static_cast<std::int64_t>(number)) == number) {
      return static_cast<std::int64_t>(number);
    }
  }
  return std::nullopt;
}

std::optional<double> find_double(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr) return std::nullopt;
  if (value->is_double()) return value->get_double();
  if (value->is_int64()) return static_cast<double>(value->get_int64());
  if (value->is_uint64()) return static_cast<double>(value->get_uint64());
  return std::nullopt;
}

std::optional<bool> find_bool(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr || !value->is_bool()) return std::nullopt;
  return value->get_bool();
}

const json::object* find_object(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value == nullptr ? nullptr : value->if_object();
}

const json::array* find_array(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value == nullptr ? nullptr : value->if_array();
}

Result<std::string> need_string(const json::object& object, std::string_view key) {
  auto value = find_string(object, key);
  if (!value) return invalid("'" + std::string(key) + "' is missing or not a string");
  return *std::move(value);
}

Result<std::int64_t> need_int(const json::object& object, std::string_view key) {
  auto value = find_int(object, key);
  if (!value) return invalid("'" + std::string(key) + "' is missing or not a whole number");
  return *value;
}

}  // namespace coditect
