#pragma once

#include <atomic>
#include <string>

#include "api/http/provisionings.h"
#include "api/rpc/dispatcher.h"
#include "net/http.h"
#include "net/request_body.h"
#include "net/response_stream.h"
#include "registry/registry.h"

namespace coditect::api {

/// Makes workspaces for those who ask over HTTP, and stops making them.
///
/// Threads:  any.
/// Lifetime: its parts outlive it.
/// Errors:   problem+json; nothing is left of a workspace that could not be made.
class ProvisionHandler {
 public:
  ProvisionHandler(registry::Registry& registry, Dispatcher& dispatcher)
      : registry_(registry), dispatcher_(dispatcher) {}

  /// From a source that the body names.
  awaitable<net::Response> provision(const net::Request& request, std::string actor);
  /// From an archive, which is the body. A client that leaves stops it.
  awaitable<net::Response> import(net::RequestHead head, net::RequestBody& body,
                                  net::ResponseStream& stream, std::string actor);
  net::Response stop(const std::string& request);

 private:
  /// What an import's query asks for.
  struct Wanted {
    registry::Provisioner::Request request;
    std::string id;  ///< to stop it by
    registry::Upload::Options upload;
  };
  static Result<Wanted> parse_import(const net::RequestHead& head, std::string actor);
  awaitable<Result<workspace::Meta>> make(Wanted wanted, net::RequestBody& body,
                                          net::ResponseStream& stream);
  awaitable<Result<workspace::Meta>> unpack(registry::Provisioner::Request request,
                                            net::ResponseStream& stream);
  /// 201 and the workspace with its session.
  awaitable<net::Response> made(workspace::Meta meta);

  registry::Registry& registry_;
  Dispatcher& dispatcher_;
  Provisionings provisionings_;
  std::atomic<std::size_t> imports_ = 0;  ///< under way
};

}  // namespace coditect::api
