#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "net/client/base_url.h"
#include "workspace/mcp/mcp_limits.h"

namespace coditect::workspace {

/// A text, or the name of the secret that it is, with what stands before it.
struct McpValue {
  std::string text;
  std::string secret;  ///< "" for none
};

/// How to reach one MCP server, and what it may do.
struct McpServer {
  /// What a person is told about to sign in, where the server wants to know who asks.
  struct SignIn {
    std::string client_id;      ///< "" to register
    std::string client_secret;  ///< the name of a secret; "" for none
    std::string scope;          ///< "" for what the server asks for
  };

  std::vector<std::string> command;  ///< empty: it is reached by `url`
  std::map<std::string, McpValue> environment;
  bool network = false;  ///< whether the command reaches the hosts of the allow-list
  std::optional<net_client::BaseUrl> url;
  std::map<std::string, McpValue> headers;
  SignIn sign_in;
  bool all_read_only = false;
  std::set<std::string> read_only;             ///< tools, by the server's own names
  std::optional<std::set<std::string>> tools;  ///< offered; nothing: all
  std::chrono::seconds timeout = limits::kMcpCallDefault;
  bool enabled = true;

  /// Reads what `mcp.set_server` takes (docs/connect/mcp-client.md). Errc::kInvalid names what is
  /// wrong. Pure.
  static Result<McpServer> parse(const json::object& object);

  bool is_read_only(const std::string& tool) const {
    return all_read_only || read_only.contains(tool);
  }
  bool offers(const std::string& tool) const { return !tools || tools->contains(tool); }
  /// Names of the secrets that it is given, each once.
  std::set<std::string> secrets() const;
};

/// Whether a server may be called so: a-z, 0-9 and '-', beginning with a letter, at most 24.
Result<void> check_mcp_server_name(std::string_view name);

}  // namespace coditect::workspace
