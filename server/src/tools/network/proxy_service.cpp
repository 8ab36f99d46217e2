#include "tools/network/proxy_service.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>

#include "tools/network/network_limits.h"

namespace coditect::tools {

namespace {

using asio::ip::tcp;
using boost::system::error_code;

/// After an accept that failed for want of descriptors.
constexpr std::chrono::milliseconds kAcceptPause{100};

}  // namespace

ProxyService::ProxyService(const Strand& strand, tcp::acceptor acceptor, const AllowList& allowed,
                           const NameLookup& look_up, TaskGroup& tasks)
    : allowed_(allowed),
      look_up_(look_up),
      tasks_(tasks),
      acceptor_(std::move(acceptor)),
      room_(strand) {}

awaitable<void> ProxyService::run(std::shared_ptr<ProxyService> self) {
  while (!self->stopped_) {
    if (self->open_ >= limits::kProxyConnectionsMax) {
      co_await self->room_.wait();
      continue;
    }
    error_code error;
    tcp::socket client =
        co_await self->acceptor_.async_accept(asio::redirect_error(asio::use_awaitable, error));
    if (!error) {
      self->admit(std::move(client));
    } else if (!self->stopped_) {
      asio::steady_timer pause(self->acceptor_.get_executor(), kAcceptPause);
      co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
    }
  }
}

void ProxyService::admit(tcp::socket client) {
  std::erase_if(connections_, [](const auto& each) { return each.expired(); });
  ++open_;
  ProxyConnection::Parts parts{allowed_, look_up_, tasks_, visits_, [self = shared_from_this()] {
                                 --self->open_;
                                 self->room_.notify_all();
                               }};
  auto connection = std::make_shared<ProxyConnection>(std::move(client), std::move(parts));
  connections_.push_back(connection);
  tasks_.spawn("proxy connection", ProxyConnection::run(std::move(connection)));
}

void ProxyService::stop() {
  stopped_ = true;
  error_code ignored;  // closing what is closed is what is wanted
  acceptor_.close(ignored);
  for (const auto& each : connections_) {
    if (const auto connection = each.lock()) connection->close();
  }
  room_.notify_all();
}

}  // namespace coditect::tools
