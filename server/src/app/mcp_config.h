#pragma once

#include <toml++/toml.h>

#include <filesystem>
#include <vector>

#include "base/result.h"

namespace coditect::app {

/// Reads [mcp]: the folders of the host that MCP servers see read-only at their own place.
Result<std::vector<std::filesystem::path>> parse_mcp(const std::filesystem::path& file,
                                                     const toml::table& table);

}  // namespace coditect::app
