#pragma once

#include <toml++/toml.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace coditect::app {

/// An agent that is another program (`provider = "acp"`), as the configuration defines it.
struct ExternalAgentConfig {
  std::vector<std::string> command;  ///< "" nowhere; at least one
  std::vector<std::string> programs = {};
  std::vector<std::pair<std::string, std::string>> environment = {};
  std::string mode = {};
  std::string auth_method = {};
  std::string models = {};  ///< the vendor whose API it reaches through the server; "" for none
};

/// Reads what `table` says of such an agent. Errc::kInvalid names the line; so it does for a
/// variable that looks like a key, which belongs into the server's own environment.
Result<ExternalAgentConfig> parse_external_agent(const std::filesystem::path& file,
                                                 const toml::table& table);

}  // namespace coditect::app
