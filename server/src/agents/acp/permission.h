#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"

namespace coditect::agents::acp {

/// The id of the first option of that kind; nothing where there is none.
std::optional<std::string> option_of(const json::array& options, std::string_view kind);

/// What session/request_permission is answered with.
json::value selected_outcome(const std::string& option);
json::value cancelled_outcome();

/// A path as the program writes it, relative to the project; nothing for one outside.
std::optional<std::string> normal_path(std::string_view path);

}  // namespace coditect::agents::acp
