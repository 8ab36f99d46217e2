#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/ssl.hpp>

#include <memory>
#include <string>

#include "providers/wire/http_client.h"

namespace coditect::providers {

/// A TCP connection, with TLS on top where the scheme asks for it, through a proxy where one is
/// set.
///
/// Threads:    one strand.
/// Lifetime:   shared with whoever may have to close it from another thread.
/// Invariants: after close() every operation, running or later, fails.
class Connection {
 public:
  using Tls = boost::beast::ssl_stream<boost::beast::tcp_stream>;

  Connection(const asio::any_io_executor& executor, asio::ssl::context& tls,
             const HttpClientOptions& options);

  /// Connects, tunnels and shakes hands. A ProviderError of kind kNetwork or kTimeout; a
  /// certificate that does not hold is not retryable.
  awaitable<ProviderResult<void>> open();
  void close();

  bool encrypted() const { return options_.base.scheme == Scheme::kHttps; }
  Tls& tls() { return stream_; }
  boost::beast::tcp_stream& plain() { return stream_.next_layer(); }

 private:
  /// Shared with the resolver's handler, which may come after this connection is gone.
  struct Lookup {
    explicit Lookup(const asio::any_io_executor& executor) : resolver(executor), done(executor) {}
    asio::ip::tcp::resolver resolver;
    asio::steady_timer done;
    boost::system::error_code error = asio::error::timed_out;
    asio::ip::tcp::resolver::results_type found;
  };

  awaitable<ProviderResult<void>> look_up(std::string host, std::string port);
  awaitable<ProviderResult<void>> tunnel();
  awaitable<ProviderResult<void>> shake_hands();

  // Constant after construction.
  const HttpClientOptions& options_;
  // Touched only on the strand.
  std::shared_ptr<Lookup> lookup_;
  Tls stream_;
  bool closed_ = false;
};

/// The ProviderError that `error` means at `stage` ("connect", "read").
ProviderError network_error(std::string_view stage, const boost::system::error_code& error);

}  // namespace coditect::providers
