#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "api/people/role.h"
#include "base/strong_id.h"

namespace coditect::api {

/// What a request can ask for.
enum class Operation {
  kHealth,
  kLive,
  kReady,
  kMetrics,
  kOpenapi,
  kOpenrpc,
  kLogin,
  kLogout,
  kMe,
  kJoinLook,
  kJoin,
  kPeople,
  kRemovePerson,
  kGiveRole,
  kInvite,
  kInvitations,
  kRevokeInvitation,
  kSignedIn,
  kList,
  kProvision,
  kImport,
  kProvisionStop,
  kFind,
  kRemove,
  kWake,
  kSleep,
  kRenew,
  kUndelete,
  kRpc,
  kSocket,
  kKeys,
  kKeySet,
  kKeyRemove,
  kKeyTest,
  kMcp,
  kMcpListen,
  kMcpEnd,
  kWorkspaceMcp,
  kWorkspaceMcpListen,
  kWorkspaceMcpEnd,
};

/// Whether it is of an MCP client, of one workspace or of all.
constexpr bool is_mcp(Operation operation) { return operation >= Operation::kMcp; }

/// Whether it is about people and invitations; then the {id} is one of theirs.
constexpr bool is_people(Operation operation) {
  return operation >= Operation::kMe && operation <= Operation::kRevokeInvitation;
}

/// One row of the interface: requests are sent by it and /openapi.json is made from it, so that the
/// document and the server cannot differ.
struct Route {
  Operation operation = Operation::kHealth;
  std::string_view path;    ///< "{id}" stands for an id: a workspace's, a vendor's, a person's
  std::string_view method;  ///< upper case; GET answers HEAD too
  std::string_view id;      ///< OpenAPI's operationId
  std::string_view summary;
  std::string_view status;  ///< of success
  std::string_view schema;  ///< of the answer: a name in components/schemas, "" for none
  /// The least that may ask. An open one needs no credentials, or checks its own.
  Role role = Role::kOwner;
  enum class Door { kClosed, kOpen } door = Door::kClosed;
};

std::span<const Route> routes();

inline constexpr auto kOpen = Route::Door::kOpen;

/// Where a request goes.
struct RouteMatch {
  const Route* route = nullptr;  ///< null where the path is known, but not with this method
  WorkspaceId workspace;         ///< what {id} stands for; empty where the path has none
  std::string allowed;           ///< the path's methods: "GET, DELETE"
};

/// Nothing where no route has the path.
std::optional<RouteMatch> find_route(std::string_view method, std::string_view path);

}  // namespace coditect::api
