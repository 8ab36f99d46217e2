#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/strong_id.h"

namespace coditect::api {

// Readers of parameters that check_parameters() has passed: present members have their type.

std::string text_param(const json::object& params, std::string_view name);
std::optional<std::string> optional_text(const json::object& params, std::string_view name);
/// Errc::kInvalid outside [least, most].
Result<std::int64_t> integer_param(const json::object& params, std::string_view name,
                                   std::int64_t otherwise, std::int64_t least, std::int64_t most);
/// An array of strings; empty where it is absent. Errc::kInvalid for other elements.
Result<std::vector<std::string>> texts_param(const json::object& params, std::string_view name);
/// A sequence number, at least 0; nothing where it is absent.
Result<std::optional<Sequence>> sequence_param(const json::object& params, std::string_view name);

}  // namespace coditect::api
