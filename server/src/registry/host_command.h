#pragma once

#include <chrono>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"

namespace coditect::registry {

/// A program of the operator's own machine, such as git, run as the server's user. Never one that
/// an agent or a project names: those run in the sandbox.
struct HostCommand {
  std::vector<std::string> argv;         ///< argv[0] is looked up in PATH
  std::vector<std::string> environment;  ///< the whole of it, as "NAME=value"
  std::chrono::seconds time_max{600};
  std::stop_token stop = {};  ///< ends it at once
};

/// Runs it to its end. Blocking. Errc::kUnavailable with the end of what it printed when it fails
/// or takes too long, kCancelled when it is stopped; its process group is killed then.
Result<void> run_host_command(const HostCommand& command);

}  // namespace coditect::registry
