#include "api/http/routes.h"

namespace coditect::api {

namespace {

constexpr Route kRoutes[] = {
    {Operation::kHealth, "/health", "GET", "health", "Whether the server can do its work", "200",
     "Health"},
    {Operation::kLive, "/health/live", "GET", "live", "Whether the process answers; needs no token",
     "200", "", Role::kViewer, kOpen},
    {Operation::kReady, "/health/ready", "GET", "ready", "The same as /health", "200", "Health"},
    {Operation::kMetrics, "/metrics", "GET", "metrics", "Figures for Prometheus", "200", ""},
    {Operation::kOpenapi, "/openapi.json", "GET", "openapi", "This document", "200", "",
     Role::kViewer},
    {Operation::kOpenrpc, "/openrpc.json", "GET", "openrpc", "The JSON-RPC methods", "200", "",
     Role::kViewer},
    {Operation::kLogin, "/login", "POST", "login", "Exchanges the bearer token for a cookie", "204",
     "", Role::kViewer},
    {Operation::kLogout, "/logout", "POST", "logout", "Ends the cookie", "204", "", Role::kViewer},
    {Operation::kMe, "/me", "GET", "me", "Who asks, and their role", "200", "Me", Role::kViewer},
    {Operation::kJoinLook, "/join/look", "POST", "lookAtInvitation",
     "What an invitation lets its holder do; the secret in it is what lets in", "200", "Invitation",
     Role::kViewer, kOpen},
    {Operation::kJoin, "/join", "POST", "join",
     "Takes an invitation under a name, for a cookie; the secret in it is what lets in", "200",
     "Me", Role::kViewer, kOpen},
    {Operation::kPeople, "/people", "GET", "listPeople", "Who was invited and is let in", "200",
     "People"},
    {Operation::kRemovePerson, "/people/{id}", "DELETE", "removePerson",
     "Lets somebody in no longer; open connections end", "204", ""},
    {Operation::kGiveRole, "/people/{id}", "PATCH", "giveRole",
     "Gives somebody another role, in open connections too; nobody changes their own", "200",
     "Person"},
    {Operation::kInvite, "/invitations", "POST", "invite",
     "Makes an invitation; its secret is in this answer alone", "201", "Invitation"},
    {Operation::kInvitations, "/invitations", "GET", "listInvitations", "Those that are open",
     "200", "Invitations"},
    {Operation::kRevokeInvitation, "/invitations/{id}", "DELETE", "revokeInvitation",
     "Takes an invitation back; who has joined by it stays", "204", ""},
    {Operation::kSignedIn, "/oauth/callback", "GET", "signedIn",
     "Where a browser comes back to after signing in to an MCP server; needs no token", "200", "",
     Role::kViewer, kOpen},
    {Operation::kList, "/workspaces", "GET", "listWorkspaces", "The workspaces, in pages", "200",
     "WorkspacePage", Role::kViewer},
    {Operation::kProvision, "/workspaces/provision", "POST", "provision", "Makes a workspace",
     "201", "Workspace"},
    {Operation::kImport, "/workspaces/import", "POST", "importWorkspace",
     "Makes a workspace of an archive, which is the body: .zip, .tar, .tar.gz or .tar.zst", "201",
     "Workspace"},
    {Operation::kProvisionStop, "/workspaces/provision/{id}", "DELETE", "cancelProvision",
     "Stops making a workspace, by the `request` that it was asked for with", "200", "Cancelled"},
    {Operation::kFind, "/workspaces/{id}", "GET", "getWorkspace", "One workspace", "200",
     "Workspace", Role::kViewer},
    {Operation::kRemove, "/workspaces/{id}", "DELETE", "deleteWorkspace",
     "Moves it to the trash for 30 days", "200", "Workspace"},
    {Operation::kWake, "/workspaces/{id}/wake", "POST", "wake", "Wakes it", "200", "Workspace",
     Role::kEditor},
    {Operation::kSleep, "/workspaces/{id}/sleep", "POST", "sleep", "Puts it to sleep", "200",
     "Workspace"},
    {Operation::kRenew, "/workspaces/{id}/renew", "POST", "renew", "Renews its session to 8 hours",
     "200", "Workspace", Role::kEditor},
    {Operation::kUndelete, "/workspaces/{id}/undelete", "POST", "undelete",
     "Takes it out of the trash", "200", "Workspace"},
    {Operation::kRpc, "/workspaces/{id}/rpc", "POST", "rpc",
     "JSON-RPC 2.0, one call or a batch; see /openrpc.json", "200", "", Role::kViewer},
    {Operation::kSocket, "/workspaces/{id}/socket", "GET", "socket",
     "WebSocket, subprotocol coditect.v1: JSON-RPC 2.0 both ways", "101", "", Role::kViewer},
    {Operation::kKeys, "/provider-keys", "GET", "listProviderKeys",
     "How each vendor's models are reached, and of its key the last four characters", "200",
     "ProviderKeys"},
    {Operation::kKeySet, "/provider-keys/{id}", "PUT", "setProviderKey",
     "Sets a vendor's key, which is used from the next task on; it is never given out", "200",
     "ProviderKey"},
    {Operation::kKeyRemove, "/provider-keys/{id}", "DELETE", "removeProviderKey",
     "Removes what was set; the variable of the vendor counts again", "200", "ProviderKey"},
    {Operation::kKeyTest, "/provider-keys/{id}/test", "POST", "testProviderKey",
     "Asks the vendor's model for a word, with the key in use, and says what that cost", "200",
     "ProviderKeyTest"},
    {Operation::kMcp, "/mcp", "POST", "mcp",
     "The Model Context Protocol for all workspaces: one JSON-RPC message, answered by JSON or by "
     "a stream of events",
     "200", ""},
    {Operation::kMcpListen, "/mcp", "GET", "mcpListen",
     "A stream of events for an MCP client of an earlier revision", "200", ""},
    {Operation::kMcpEnd, "/mcp", "DELETE", "mcpEnd", "Ends an MCP client's session", "204", ""},
    {Operation::kWorkspaceMcp, "/workspaces/{id}/mcp", "POST", "workspaceMcp",
     "The same for one workspace", "200", ""},
    {Operation::kWorkspaceMcpListen, "/workspaces/{id}/mcp", "GET", "workspaceMcpListen",
     "A stream of events for an MCP client of an earlier revision", "200", ""},
    {Operation::kWorkspaceMcpEnd, "/workspaces/{id}/mcp", "DELETE", "workspaceMcpEnd",
     "Ends an MCP client's session", "204", ""},
};

constexpr std::string_view kPlaceholder = "{id}";

bool is_id(std::string_view text) {
  return !text.empty() &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") == std::string_view::npos;
}

/// The id that stands in `path` where `pattern` has its placeholder, "" for a pattern without one;
/// nothing where the path is another.
std::optional<std::string_view> matched_id(std::string_view pattern, std::string_view path) {
  const auto at = pattern.find(kPlaceholder);
  if (at == std::string_view::npos) {
    return pattern == path ? std::optional<std::string_view>("") : std::nullopt;
  }
  const std::string_view before = pattern.substr(0, at);
  const std::string_view after = pattern.substr(at + kPlaceholder.size());
  if (path.size() <= before.size() + after.size()) return std::nullopt;
  if (!path.starts_with(before) || !path.ends_with(after)) return std::nullopt;
  const std::string_view id =
      path.substr(before.size(), path.size() - before.size() - after.size());
  return is_id(id) ? std::optional(id) : std::nullopt;
}

}  // namespace

std::span<const Route> routes() { return kRoutes; }

std::optional<RouteMatch> find_route(std::string_view method, std::string_view path) {
  if (method == "HEAD") method = "GET";
  std::optional<RouteMatch> match;
  // Plain paths stand before those with a placeholder, so "provision" is nobody's id.
  std::string_view pattern;
  for (const Route& route : kRoutes) {
    if (match && route.path != pattern) continue;
    const auto id = matched_id(route.path, path);
    if (!id) continue;
    if (!match) match = RouteMatch{nullptr, WorkspaceId(std::string(*id)), {}};
    pattern = route.path;
    match->allowed += (match->allowed.empty() ? "" : ", ") + std::string(route.method);
    if (route.method == method) match->route = &route;
  }
  return match;
}

}  // namespace coditect::api
