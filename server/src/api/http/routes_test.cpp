#include "api/http/routes.h"

#include <gtest/gtest.h>

#include <set>

#include "api/http/openapi.h"

namespace coditect::api {
namespace {

TEST(Routes, FindsThePathFirstAndThenTheMethod) {
  const struct {
    const char* method;
    const char* path;
    const char* id;       // of the operation, "" where the method is not allowed
    const char* allowed;  // "" where there is no such path
    const char* workspace;
  } cases[] = {
      {"GET", "/health", "health", "GET", ""},
      {"HEAD", "/health", "health", "GET", ""},
      {"POST", "/health", "", "GET", ""},
      {"get", "/health", "", "GET", ""},
      {"GET", "/health/", "", "", ""},
      {"GET", "/healthy", "", "", ""},
      {"GET", "", "", "", ""},
      {"GET", "/workspaces", "listWorkspaces", "GET", ""},
      {"GET", "/workspaces/", "", "", ""},
      {"POST", "/workspaces/provision", "provision", "POST", ""},
      {"GET", "/workspaces/provision", "", "POST", ""},
      {"GET", "/workspaces/ws_1", "getWorkspace", "GET, DELETE", "ws_1"},
      {"DELETE", "/workspaces/ws_1", "deleteWorkspace", "GET, DELETE", "ws_1"},
      {"PATCH", "/workspaces/ws_1", "", "GET, DELETE", "ws_1"},
      {"POST", "/workspaces/ws_1/wake", "wake", "POST", "ws_1"},
      {"GET", "/workspaces/ws_1/wake", "", "POST", "ws_1"},
      {"GET", "/workspaces/ws_1/socket", "socket", "GET", "ws_1"},
      {"POST", "/workspaces/ws_1/wake/", "", "", ""},
      {"POST", "/workspaces/ws_1/wake/rpc", "", "", ""},
      {"POST", "/workspaces//wake", "", "", ""},
      {"POST", "/workspaces/WS_1/wake", "", "", ""},
      {"POST", "/workspaces/../wake", "", "", ""},
      {"POST", "/workspaces/ws_1/explode", "", "", ""},
      {"GET", "/workspaces/{id}", "", "", ""},
      {"GET", "/provider-keys", "listProviderKeys", "GET", ""},
      {"PUT", "/provider-keys/openai-compatible", "setProviderKey", "PUT, DELETE",
       "openai-compatible"},
      {"GET", "/provider-keys/openai", "", "PUT, DELETE", "openai"},
      {"POST", "/provider-keys/openai/test", "testProviderKey", "POST", "openai"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(std::string(c.method) + " " + c.path);
    const auto match = find_route(c.method, c.path);
    ASSERT_EQ(match.has_value(), *c.allowed != '\0');
    if (!match) continue;
    EXPECT_EQ(match->allowed, c.allowed);
    EXPECT_EQ(match->workspace.str(), c.workspace);
    ASSERT_EQ(match->route != nullptr, *c.id != '\0');
    if (match->route != nullptr) EXPECT_EQ(match->route->id, c.id);
  }
}

TEST(Routes, EveryOperationHasOneRoute) {
  std::set<Operation> operations;
  std::set<std::string> places;
  for (const Route& route : routes()) {
    EXPECT_TRUE(operations.insert(route.operation).second) << route.id;
    EXPECT_TRUE(places.insert(std::string(route.method) + std::string(route.path)).second);
  }
  EXPECT_EQ(operations.size(), static_cast<std::size_t>(Operation::kWorkspaceMcpEnd) + 1);
}

}  // namespace
}  // namespace coditect::api
