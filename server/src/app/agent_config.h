#pragma once

#include <toml++/toml.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "app/external_agent_config.h"
#include "base/result.h"

namespace coditect::app {

/// One agent as the configuration defines it.
struct AgentConfig {
  std::string name;
  std::string provider;  ///< anthropic, gemini, openai, moonshot, openai-compatible or acp
  std::string model;
  std::string role = {};         ///< what people call it for, such as reviewer; "" for none
  std::string base_url = {};     ///< "" for the vendor's variable or the vendor's own
  std::string api_key_env = {};  ///< the variable that holds the key; "" for the vendor's own
  /// What the agent goes on with when its model fails: "PROVIDER:MODEL", or another agent's name
  /// for that agent's model.
  std::vector<std::string> fallback = {};
  // Nothing: as base/limits.h and base/model_limits.h say.
  std::optional<int> attempts = std::nullopt;
  std::optional<std::chrono::milliseconds> connect_timeout = std::nullopt;
  std::optional<std::chrono::milliseconds> first_byte_timeout = std::nullopt;
  std::optional<std::chrono::milliseconds> silence_timeout = std::nullopt;
  std::optional<ExternalAgentConfig> external = std::nullopt;  ///< of provider acp
};

/// The four agents that a server has where the configuration defines none.
std::vector<AgentConfig> default_agents();

/// The agents of a file's [agents]. Errc::kInvalid names the line.
Result<std::vector<AgentConfig>> parse_agents(const std::filesystem::path& file,
                                              const toml::table& table);

/// What `entry` of an agent's `fallback` is, as an agent of its own: the agent among `all` that has
/// the name, or `agent` with another provider and model. Errc::kInvalid where it is neither.
Result<AgentConfig> resolve_fallback(const AgentConfig& agent, const std::string& entry,
                                     const std::vector<AgentConfig>& all);

}  // namespace coditect::app
