#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/ssl.hpp>

#include <cstdint>
#include <memory>
#include <string>

#include "net/client/http_client.h"

namespace coditect::net_client {

/// A TCP connection, with TLS on top where the scheme asks for it, through a proxy where one is
/// set. It serves one exchange at a time; each takes a lease of it.
///
/// Threads:    one strand.
/// Lifetime:   shared with whoever may have to close it from another thread.
/// Invariants: after close() every operation, running or later, fails.
class Connection {
 public:
  using Lease = std::uint64_t;

  Connection(const asio::any_io_executor& executor, asio::ssl::context& tls,
             const HttpClientOptions& options);

  /// Connects, tunnels and shakes hands.
  awaitable<HttpResult<void>> open();
  void close();

  /// Begins an exchange; earlier leases are over.
  Lease lease() { return ++lease_; }
  /// close(), where that lease still runs.
  void close_for(Lease lease);
  /// Whether a connection that nobody uses can serve another exchange: it is open, and its server
  /// has neither closed it nor said anything unasked.
  bool reusable();

  const asio::any_io_executor& executor() const { return executor_; }
  void expires_after(std::chrono::milliseconds time) { plain().expires_after(time); }
  void expires_never() { plain().expires_never(); }

  /// What `operation(stream)` gives, with the stream that the scheme asks for.
  template <class Operation>
  auto on_stream(Operation operation) {
    return options_.base.scheme == Scheme::kHttps ? operation(stream_) : operation(plain());
  }

 private:
  /// Shared with the resolver's handler, which may come after this connection is gone.
  struct Lookup {
    explicit Lookup(const asio::any_io_executor& executor) : resolver(executor), done(executor) {}
    asio::ip::tcp::resolver resolver;
    asio::steady_timer done;
    boost::system::error_code error = asio::error::timed_out;
    asio::ip::tcp::resolver::results_type found;
  };

  boost::beast::tcp_stream& plain() { return stream_.next_layer(); }
  awaitable<HttpResult<void>> look_up(std::string host, std::string port);
  awaitable<HttpResult<void>> tunnel();
  awaitable<HttpResult<void>> shake_hands();

  // Constant after construction.
  const HttpClientOptions& options_;
  const asio::any_io_executor executor_;
  // Touched only on the strand.
  std::shared_ptr<Lookup> lookup_;
  boost::beast::ssl_stream<boost::beast::tcp_stream> stream_;
  Lease lease_ = 0;
  bool closed_ = false;
};

}  // namespace coditect::net_client
