#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "agents/acp/acp_limits.h"

namespace coditect::agents {

namespace door {
struct ModelAccess;
}  // namespace door

/// An agent that is another program, which speaks the Agent Client Protocol.
///
/// Threads: any; constant after construction.
struct ExternalAgent {
  std::vector<std::string> command;  ///< its name is looked up in `programs`, then on the system
  std::vector<std::filesystem::path> programs = {};                   ///< it sees them read-only
  std::vector<std::pair<std::string, std::string>> environment = {};  ///< never a secret
  std::string mode = {};         ///< of the session, as the program names it; "" for its own
  std::string auth_method = {};  ///< as the program names it; "" for one that uses a key
  std::chrono::milliseconds start_max = limits::kAcpStartMax;
  /// The models that it reaches through the server; null: none, it brings its own way.
  std::shared_ptr<const door::ModelAccess> models = nullptr;
};

}  // namespace coditect::agents
