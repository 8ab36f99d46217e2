#include "net/server.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <atomic>
#include <cerrno>
#include <fcntl.h>
#include <set>
#include <unistd.h>
#include <vector>

#include "async/task_group.h"
#include "base/check.h"
#include "base/log.h"
#include "net/connection.h"
#include "net/listen_address.h"
#include "net/response_head.h"

namespace coditect::net {

using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::size_t kRefusalsMax = 64;  // under way; beyond, the connection is just closed
constexpr std::chrono::milliseconds kAcceptPause{100};  // when descriptors run out
constexpr std::chrono::seconds kRefusalTimeMax{1};

void log_failure(std::string_view task, const std::string& what) {
  spdlog::error("net: {} failed: {}", task, what);
}

Error cannot_listen(std::string_view address, const error_code& error) {
  return unavailable("cannot listen on " + std::string(address) + ": " + error.message(),
                     "is another server using this port? Port 0 picks a free one");
}

/// The first address that `address` names.
Result<tcp::endpoint> resolve(asio::any_io_executor executor, const ListenAddress& address) {
  error_code error;
  const auto literal = asio::ip::make_address(address.host, error);
  if (!error) return tcp::endpoint(literal, address.port);
  tcp::resolver resolver(executor);
  const auto found = resolver.resolve(address.host, std::to_string(address.port), error);
  if (error || found.empty()) return cannot_listen(address.host, error);
  return found.begin()->endpoint();
}

std::string url_of(const tcp::endpoint& endpoint) {
  const bool is_v6 = endpoint.address().is_v6();
  std::string host = endpoint.address().to_string();
  if (endpoint.address().is_unspecified()) host = is_v6 ? "::1" : "127.0.0.1";
  if (is_v6) host = "[" + host + "]";
  return "http://" + host + ":" + std::to_string(endpoint.port());
}

}  // namespace

/// The listening socket and the connections that came from it.
///
/// Threads:  its own strand; every method but open() and close() is called on it.
/// Lifetime: kept by its own coroutines until close() has joined them.
class Server::Impl : public std::enable_shared_from_this<Server::Impl> {
 public:
  Impl(asio::any_io_executor executor, Handler& handler, ServerOptions options)
      : executor_(executor),
        strand_(make_strand(executor)),
        handler_(handler),
        options_(options),
        acceptor_(strand_),
        tasks_(strand_, log_failure) {}

  Result<void> open(std::string_view address);
  Result<void> adopt(const FileDescriptor& listener);
  static void start(std::shared_ptr<Impl> self);
  static awaitable<void> close_on_strand(std::shared_ptr<Impl> self);

  const Strand& strand() const { return strand_; }
  const tcp::endpoint& endpoint() const { return endpoint_; }
  const std::string& url() const { return url_; }
  bool closed() const { return closed_; }

 private:
  static awaitable<void> accept_all(std::shared_ptr<Impl> self);
  static awaitable<void> serve(std::shared_ptr<Impl> self, std::shared_ptr<Connection> connection);
  static awaitable<void> refuse(std::shared_ptr<Impl> self, tcp::socket socket);
  void take(tcp::socket socket, const Strand& strand);

  // Constant after open().
  const asio::any_io_executor executor_;
  const Strand strand_;
  Handler& handler_;
  const ServerOptions options_;
  tcp::endpoint endpoint_;
  std::string url_;

  // Touched only on strand_.
  tcp::acceptor acceptor_;
  std::set<std::shared_ptr<Connection>> connections_;
  std::size_t refusals_ = 0;
  bool closing_ = false;
  std::atomic<bool> closed_ = false;  // any thread: the destructor of Server looks
  TaskGroup tasks_;
};

Result<void> Server::Impl::open(std::string_view address) {
  TRY(const ListenAddress parsed, parse_listen_address(address));
  TRY(const tcp::endpoint wanted, resolve(executor_, parsed));
  error_code error;
  acceptor_.open(wanted.protocol(), error);
  if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor_.bind(wanted, error);
  if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (!error) endpoint_ = acceptor_.local_endpoint(error);
  if (error) return cannot_listen(address, error);
  url_ = url_of(endpoint_);
  return {};
}

Result<void> Server::Impl::adopt(const FileDescriptor& listener) {
  // The acceptor closes its descriptor itself.
  const int copy = ::fcntl(listener.get(), F_DUPFD_CLOEXEC, 0);
  if (copy < 0) return system_error("duplicate a descriptor", errno);
  error_code error;
  acceptor_.assign(tcp::v4(), copy, error);
  if (error) {
    ::close(copy);
    return internal("take over a socket that listens: " + error.message());
  }
  endpoint_ = acceptor_.local_endpoint(error);
  if (error) return internal("a socket that listens has no address: " + error.message());
  url_ = url_of(endpoint_);
  return {};
}

void Server::Impl::start(std::shared_ptr<Impl> self) {
  self->tasks_.spawn("accepting connections", accept_all(self));
}

awaitable<void> Server::Impl::accept_all(std::shared_ptr<Impl> self) {
  while (!self->closing_) {
    const Strand strand = make_strand(self->executor_);
    tcp::socket socket(strand);
    const auto [error] =
        co_await self->acceptor_.async_accept(socket, asio::as_tuple(asio::use_awaitable));
    if (self->closing_) co_return;
    if (error) {
      // Descriptors run out, or a client was gone before it was accepted: what is held already
      // goes on, and the next may succeed.
      asio::steady_timer pause(self->strand_, kAcceptPause);
      co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
      continue;
    }
    self->take(std::move(socket), strand);
  }
}

void Server::Impl::take(tcp::socket socket, const Strand& strand) {
  if (connections_.size() >= options_.connections_max) {
    if (refusals_ >= kRefusalsMax) return;
    const std::shared_ptr<Impl> self = shared_from_this();
    tasks_.spawn("refusing a connection", refuse(self, std::move(socket)));
    return;
  }
  error_code ignored;  // a socket without this option is slower, not wrong
  socket.set_option(tcp::no_delay(true), ignored);
  auto connection = std::make_shared<Connection>(boost::beast::tcp_stream(std::move(socket)),
                                                 strand, handler_, options_);
  connections_.insert(connection);
  tasks_.spawn("serving a connection", serve(shared_from_this(), connection));
}

awaitable<void> Server::Impl::serve(std::shared_ptr<Impl> self,
                                    std::shared_ptr<Connection> connection) {
  co_await run_on(connection->strand(), Connection::run(connection));
  self->connections_.erase(connection);
}

awaitable<void> Server::Impl::refuse(std::shared_ptr<Impl> self, tcp::socket socket) {
  ++self->refusals_;
  const Response response = problem(503, {}, "the server has as many connections as it may hold",
                                    "try again in a few seconds");
  ResponseHead head;
  head.status = response.status;
  head.content_length = response.body.size();
  head.after = AfterAnswer::kClose;
  HttpTransport transport{boost::beast::tcp_stream(std::move(socket)), {}, kRefusalTimeMax};
  std::string bytes = to_bytes(head, response.headers) + response.body;
  const Result<void> sent = co_await transport.write(std::move(bytes));
  if (sent) {
    error_code ignored;
    transport.stream.socket().shutdown(asio::socket_base::shutdown_send, ignored);
    std::array<char, 4096> unread;
    transport.stream.expires_after(kRefusalTimeMax);
    co_await transport.stream.async_read_some(asio::buffer(unread),
                                              asio::as_tuple(asio::use_awaitable));
  }
  --self->refusals_;
}

awaitable<void> Server::Impl::close_on_strand(std::shared_ptr<Impl> self) {
  check(self->strand_.running_in_this_thread());
  self->closing_ = true;
  error_code ignored;
  self->acceptor_.close(ignored);
  const std::vector<std::shared_ptr<Connection>> open(self->connections_.begin(),
                                                      self->connections_.end());
  for (const auto& connection : open) {
    self->tasks_.spawn("closing a connection",
                       run_on(connection->strand(), Connection::stop(connection)));
  }
  co_await self->tasks_.join();
  co_await self->tasks_.close();
  self->closed_ = true;
}

Result<std::unique_ptr<Server>> Server::listen(asio::any_io_executor executor,
                                               std::string_view address, Handler& handler,
                                               ServerOptions options) {
  auto impl = std::make_shared<Impl>(std::move(executor), handler, options);
  TRY_VOID(impl->open(address));
  asio::post(impl->strand(), [impl] { Impl::start(impl); });
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

Result<std::unique_ptr<Server>> Server::serve(asio::any_io_executor executor,
                                              const FileDescriptor& listener, Handler& handler,
                                              ServerOptions options) {
  auto impl = std::make_shared<Impl>(std::move(executor), handler, options);
  TRY_VOID(impl->adopt(listener));
  asio::post(impl->strand(), [impl] { Impl::start(impl); });
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

Server::Server(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

Server::~Server() { check(impl_->closed(), "a Server is destroyed before close() was awaited"); }

std::uint16_t Server::port() const { return impl_->endpoint().port(); }

const std::string& Server::url() const { return impl_->url(); }

awaitable<void> Server::close() { return run_on(impl_->strand(), Impl::close_on_strand(impl_)); }

}  // namespace coditect::net
