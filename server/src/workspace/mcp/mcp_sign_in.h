#pragma once

#include <optional>
#include <string>

#include "async/async_mutex.h"
#include "base/clock.h"
#include "protocols/mcp/client/authorizer.h"
#include "protocols/mcp/client/oauth/sign_in.h"
#include "workspace/mcp/mcp_server.h"
#include "workspace/mcp/mcp_settings.h"
#include "workspace/mcp/mcp_tokens.h"

namespace coditect::workspace {

/// How a workspace is let into one MCP server: a person signs in once, and the tokens are renewed
/// as long as that is possible.
///
/// Threads:    one strand.
/// Lifetime:   its parts outlive it.
/// Invariants: a token is shown to the server that it is for, and to nobody else.
class McpSignIn final : public mcp::Authorizer {
 public:
  struct Parts {
    McpTokens tokens;
    SecretStore* secrets = nullptr;
    BlockingPool& pool;
    const McpSettings* settings = nullptr;
    WorkspaceId workspace;
    const Clock& clock;
  };
  struct Begun {
    std::string url;
    Time expires_at{};
  };

  McpSignIn(const Strand& strand, Parts parts, std::string name, McpServer server);

  // mcp::Authorizer
  awaitable<Result<std::string>> token() override;
  awaitable<Result<void>> challenged(mcp::Challenge challenge, std::string token) override;

  /// Makes the URL that a person opens to sign in.
  awaitable<Result<Begun>> begin(std::string actor);
  /// Whether `state` is of the sign-in that is waited for.
  bool waits_for(std::string_view state) const;
  /// Takes what the browser brought back; who began it.
  awaitable<Result<std::string>> finish(mcp::oauth::Returned returned);
  awaitable<Result<void>> forget();

  /// Whether the server has asked who we are, and nobody has answered.
  bool wanted() const { return wanted_; }
  bool signed_in() const { return tokens_.has_value(); }

 private:
  awaitable<Result<void>> load();
  awaitable<Result<void>> renew();
  mcp::oauth::HttpFetch fetch() const;
  std::string server_url() const;

  const Strand strand_;
  Parts parts_;
  const std::string name_;
  const McpServer server_;
  // Touched only on strand_.
  bool loaded_ = false;
  bool wanted_ = false;
  std::optional<mcp::oauth::Tokens> tokens_;
  std::string challenge_;
  std::optional<mcp::oauth::Pending> pending_;
  std::string began_;  ///< the actor who did
  Time pending_until_{};
  AsyncMutex busy_;
};

}  // namespace coditect::workspace
