#pragma once

#include <string>

#include "api/auth/authenticator.h"
#include "api/http/health.h"
#include "api/http/metrics.h"
#include "api/http/people_handler.h"
#include "api/http/provider_keys.h"
#include "api/http/provision_handler.h"
#include "api/http/routes.h"
#include "api/http/static_files.h"
#include "api/people/attempts.h"
#include "api/people/caller.h"
#include "api/people/open_doors.h"
#include "api/people/people.h"
#include "api/rpc/dispatcher.h"
#include "net/handler.h"
#include "protocols/mcp/http_endpoint.h"

namespace coditect::api {

/// The product's HTTP and WebSocket interface: who may, which route, what it answers.
///
/// Threads:  any.
/// Lifetime: its parts outlive it.
class ApiHandler final : public net::Handler {
 public:
  struct Parts {
    const Authenticator& authenticator;
    registry::Registry& registry;
    Dispatcher& dispatcher;
    const MethodTable& methods;
    const StaticFiles& files;
    Health& health;
    Metrics& metrics;
    mcp::HttpEndpoint& mcp;
    People& people;
    PeopleHandler& people_handler;
    Attempts& attempts;
    OpenDoors& doors;
    std::string user;              ///< the actor of whoever holds the token: "user:owner"
    ProviderKeys* keys = nullptr;  ///< null: this server has none
  };

  explicit ApiHandler(Parts parts)
      : parts_(std::move(parts)), provisions_(parts_.registry, parts_.dispatcher) {}

  std::optional<net::Response> authorize_head(const net::RequestHead& head) override;
  awaitable<std::optional<net::Response>> handle(net::Request request,
                                                 net::ResponseStream& stream) override;
  bool receives(const net::RequestHead& head) const override;
  awaitable<std::optional<net::Response>> receive(net::RequestHead head, net::RequestBody& body,
                                                  net::ResponseStream& stream) override;
  awaitable<net::UpgradeAnswer> upgrade(const net::RequestHead& head) override;
  awaitable<void> websocket(net::Request request, net::WebSocket& socket) override;

 private:
  /// Who the credentials say it is; nothing where they say nothing good.
  std::optional<Caller> caller_of(const net::RequestHead& head) const;
  std::optional<net::Response> refuse_caller(const net::RequestHead& head,
                                             const std::optional<Caller>& caller) const;
  std::optional<net::Response> refuse_attempt(const net::RequestHead& head) const;
  awaitable<net::Response> route(net::Request request);
  /// Answers an MCP client; nothing says that the stream was used.
  awaitable<std::optional<net::Response>> mcp(net::Request request, net::ResponseStream& stream,
                                              WorkspaceId id);
  /// What concerns the server.
  awaitable<net::Response> answer(Operation operation, const net::Request& request, Caller caller);
  /// What concerns one workspace.
  awaitable<net::Response> answer(Operation operation, const net::Request& request, Caller caller,
                                  WorkspaceId id);
  net::Response login(const net::Request& request) const;
  awaitable<net::Response> workspaces(const net::Request& request, const Caller& caller);
  awaitable<net::Response> rpc(const net::Request& request, Caller caller, WorkspaceId id);

  const Parts parts_;
  ProvisionHandler provisions_;
};

}  // namespace coditect::api
