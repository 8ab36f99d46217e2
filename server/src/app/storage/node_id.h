#pragma once

#include <filesystem>
#include <string>

#include "base/random.h"
#include "base/result.h"

namespace coditect::app {

/// The name of the node whose data folder this is: `wanted`, or the one it was given before, or a
/// new one. It is kept in node/id. Errc::kConflict when the folder has another name already.
Result<std::string> node_id(const std::filesystem::path& data, const std::string& wanted,
                            Random& random);

}  // namespace coditect::app
