#pragma once

#include <toml++/toml.h>

#include <filesystem>

#include "base/result.h"
#include "tools/network/allow_list.h"
#include "tools/sandbox/command.h"

namespace coditect::app {

/// Reads [commands]: what one command, or one terminal, of an agent or a person may use at most,
/// and the hosts that it may reach. Errc::kInvalid names the line.
Result<void> take_commands(const std::filesystem::path& file, const toml::table& table,
                           tools::CommandLimits& into, tools::AllowList& network);

}  // namespace coditect::app
