// A server for the protocol's conformance kit: prints its URL, and ends when its input does.
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "api/auth/authenticator.h"
#include "base/random.h"
#include "net/handler.h"
#include "net/server.h"
#include "protocols/mcp/http_endpoint.h"
#include "testing/mcp/fixtures.h"

namespace coditect::mcp {
namespace {

/// Mounts the fixtures, with the product's own check of Host and Origin. The kit knows no tokens.
class FixtureHandler final : public net::Handler {
 public:
  FixtureHandler(HttpEndpoint& endpoint, const api::Authenticator& authenticator)
      : endpoint_(endpoint), authenticator_(authenticator) {}

  std::optional<net::Response> authorize_head(const net::RequestHead& head) override {
    if (authenticator_.is_from_here(head)) return std::nullopt;
    return net::problem(403, "", "the Host or Origin header names another site");
  }
  awaitable<std::optional<net::Response>> handle(net::Request request,
                                                 net::ResponseStream& stream) override {
    if (request.path != "/mcp") co_return net::problem(404, "", "there is nothing here");
    if (request.method != "GET" && request.method != "POST" && request.method != "DELETE") {
      co_return net::problem(405, "", "not used that way");
    }
    Mount mount;
    co_return co_await endpoint_.handle(std::move(request), stream, std::move(mount));
  }

 private:
  HttpEndpoint& endpoint_;
  const api::Authenticator& authenticator_;
};

int serve() {
  asio::io_context io;
  auto work = asio::make_work_guard(io);
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) threads.emplace_back([&io] { io.run(); });
  const SystemClock clock;
  Fixtures fixtures;
  Server server(io.get_executor(), fixtures, clock);
  fixtures.set_server(server);
  HttpEndpoint endpoint(server);
  const api::Authenticator authenticator(new_secret(), {}, clock);
  FixtureHandler handler(endpoint, authenticator);
  auto listening = net::Server::listen(io.get_executor(), "127.0.0.1:0", handler);
  if (listening) {
    std::cout << (*listening)->url() << "/mcp" << std::endl;
    for (std::string line; std::getline(std::cin, line);) continue;
    asio::co_spawn(io, server.close(), asio::use_future).get();
    asio::co_spawn(io, (*listening)->close(), asio::use_future).get();
  } else {
    std::cerr << listening.error().message << '\n';
  }
  work.reset();
  for (std::thread& thread : threads) thread.join();
  return listening ? 0 : 1;
}

}  // namespace
}  // namespace coditect::mcp

int main() { return coditect::mcp::serve(); }
