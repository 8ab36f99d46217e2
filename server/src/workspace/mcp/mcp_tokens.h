#pragma once

#include <optional>
#include <string>

#include "async/blocking_pool.h"
#include "async/strand.h"
#include "base/clock.h"
#include "protocols/mcp/client/oauth/tokens.h"
#include "workspace/secrets/secret_store.h"

namespace coditect::workspace {

/// The tokens that let a workspace into its MCP servers: sealed as its secrets are, but in a file
/// of their own, so that no command can be given one by its name.
///
/// Threads:    the caller's strand; the files are read and written on the pool.
/// Lifetime:   its parts outlive it.
class McpTokens {
 public:
  McpTokens(SecretStore* secrets, BlockingPool& pool, WorkspaceId workspace)
      : secrets_(secrets), pool_(pool), place_(place_of(workspace)) {}

  /// Nothing where there are none.
  awaitable<Result<std::optional<mcp::oauth::Tokens>>> load(std::string server) const;
  awaitable<Result<void>> save(std::string server, mcp::oauth::Tokens tokens, Time now);
  awaitable<Result<void>> forget(std::string server);

  /// Under which the store keeps a workspace's tokens: no workspace has this id.
  static WorkspaceId place_of(const WorkspaceId& workspace) {
    return WorkspaceId(workspace.str() + ".mcp");
  }

 private:
  SecretStore* const secrets_;  ///< null: none can be kept
  BlockingPool& pool_;
  const WorkspaceId place_;
};

}  // namespace coditect::workspace
