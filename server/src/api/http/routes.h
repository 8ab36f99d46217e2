#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

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
  kSignedIn,
  kList,
  kProvision,
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

/// One row of the interface: requests are sent by it and /openapi.json is made from it, so that the
/// document and the server cannot differ.
struct Route {
  Operation operation = Operation::kHealth;
  std::string_view path;    ///< "{id}" stands for a workspace's id, or a vendor's name
  std::string_view method;  ///< upper case; GET answers HEAD too
  std::string_view id;      ///< OpenAPI's operationId
  std::string_view summary;
  std::string_view status;  ///< of success
  std::string_view schema;  ///< of the answer: a name in components/schemas, "" for none
};

std::span<const Route> routes();

/// Where a request goes.
struct RouteMatch {
  const Route* route = nullptr;  ///< null where the path is known, but not with this method
  WorkspaceId workspace;         ///< what stands for "{id}"; empty where the path has none
  std::string allowed;           ///< the path's methods: "GET, DELETE"
};

/// Nothing where no route has the path.
std::optional<RouteMatch> find_route(std::string_view method, std::string_view path);

}  // namespace coditect::api
