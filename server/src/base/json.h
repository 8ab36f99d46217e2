#pragma once

#include <boost/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace coditect {

namespace json = boost::json;

/// Parses one JSON value. Errc::kInvalid for anything else, for more than `kJsonDepthMax` levels
/// and for trailing bytes.
Result<json::value> parse_json(std::string_view text);
/// parse_json that also demands an object.
Result<json::object> parse_json_object(std::string_view text);

// Readers of one member. The `find` forms return nothing where the member is absent, null or of
// another type; the `need` forms return Errc::kInvalid that names the member.
std::optional<std::string> find_string(const json::object& object, std::string_view key);
std::optional<std::int64_t> find_int(const json::object& object, std::string_view key);
std::optional<double> find_double(const json::object& object, std::string_view key);
std::optional<bool> find_bool(const json::object& object, std::string_view key);
const json::object* find_object(const json::object& object, std::string_view key);
const json::array* find_array(const json::object& object, std::string_view key);
Result<std::string> need_string(const json::object& object, std::string_view key);
Result<std::int64_t> need_int(const json::object& object, std::string_view key);

}  // namespace coditect
