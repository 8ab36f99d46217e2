#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "app/agent_config.h"
#include "app/approval_config.h"
#include "app/embedding_config.h"
#include "base/json.h"
#include "base/result.h"
#include "coordination/lifecycle/stuck_limits.h"
#include "coordination/locks/ladder.h"
#include "tools/network/allow_list.h"
#include "tools/sandbox/command.h"
#include "workspace/context/shared_context.h"

namespace coditect::app {

/// What `coditect.toml` and the command line say together.
struct Config {
  std::string listen = "127.0.0.1:7700";
  std::filesystem::path data;
  std::string user = "owner";
  std::vector<std::string> hosts;  ///< names besides loopback under which the server is reached
  /// Where everything is copied to, see objects/store_url.h; "" for the data folder's own
  /// `objects`, kNone for nowhere.
  std::string store;
  std::string mirror;  ///< a second store, read first; "" for none
  enum class Copies { kStore, kNone } copies = Copies::kStore;
  std::string node;  ///< the node's name; "" for the one that is kept in the data folder
  enum class Takeover { kAutomatic, kNever } takeover = Takeover::kAutomatic;
  std::vector<AgentConfig> agents;
  std::vector<std::filesystem::path> mcp_programs;  ///< that MCP servers see
  std::optional<EmbeddingConfig> embeddings;        ///< nothing: semantic search compares words
  workspace::SharedContext shared_context = workspace::SharedContext::kGiven;
  enum class Providers { kReal, kSimulated } providers = Providers::kReal;
  tools::CommandLimits commands{.time = limits::kTerminalTimeMax};  ///< the most of each
  tools::AllowList network;      ///< hosts that commands may reach; empty: none
  std::filesystem::path prices;  ///< a price file instead of the built-in one; empty: that one
  std::filesystem::path web;     ///< the built studio; empty: look for it beside the program
  std::optional<std::filesystem::path> ready_file;
  std::string log_level = "info";
  ApprovalConfig approvals;
  /// How long nothing may be heard of an agent at work; see lifecycle/stuck_limits.h.
  std::chrono::seconds stuck_after = limits::kAgentSilenceMax;
  locks::Ladder ladder;  ///< what is done about an agent that waits for a lock, and when
  json::object demo;     ///< source of a workspace to make where there is none; empty: make none
};

/// Reads a configuration file into `config`. Errc::kInvalid names the line; unknown keys are
/// refused, so that a misspelt one is not ignored.
Result<void> load_config(const std::filesystem::path& file, Config& config);

}  // namespace coditect::app
