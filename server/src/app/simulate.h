#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/result.h"

namespace coditect::app {

/// Runs the simulator of the four model APIs until SIGINT or SIGTERM. Prints its address; writes
/// {"url","pid"} to `ready_file` once it answers.
Result<void> simulate_providers(const std::string& listen,
                                const std::optional<std::filesystem::path>& ready_file);

}  // namespace coditect::app
