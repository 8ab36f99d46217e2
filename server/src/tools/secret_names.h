#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace coditect::tools {

/// Whether a secret may have this name: a variable's, A-Z, 0-9 and _, at most 64 bytes, and none
/// that would change how programs are found, started or connected. Errc::kInvalid says why not.
/// Pure.
Result<void> check_secret_name(std::string_view name);

/// The names in `secrets` of a call's input, each once, none where it has none. Pure.
Result<std::vector<std::string>> secret_names(const json::object& input);

}  // namespace coditect::tools
