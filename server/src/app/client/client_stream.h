#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core/role.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <sys/socket.h>

#include "base/result.h"
#include "net/client/base_url.h"

namespace coditect::app {

namespace asio = boost::asio;

/// A TCP socket whose blocking calls end after a time without progress: error `timed_out`.
///
/// Threads: one at a time.
class TimedSocket {
 public:
  using lowest_layer_type = asio::ip::tcp::socket::lowest_layer_type;
  using executor_type = asio::ip::tcp::socket::executor_type;

  TimedSocket(asio::io_context& io, std::chrono::milliseconds silence_max)
      : socket_(io), silence_max_(silence_max) {}

  /// Errc::kUnavailable when nobody answers there.
  Result<void> connect(const net_client::BaseUrl& url);

  template <class Buffers>
  std::size_t read_some(const Buffers& buffers, boost::system::error_code& error) {
    while (true) {
      const std::size_t count = socket_.read_some(buffers, error);
      if (error != asio::error::would_block || !wait(Until::kReadable, error)) return count;
    }
  }
  template <class Buffers>
  std::size_t write_some(const Buffers& buffers, boost::system::error_code& error) {
    while (true) {
      const std::size_t count = socket_.write_some(buffers, error);
      if (error != asio::error::would_block || !wait(Until::kWritable, error)) return count;
    }
  }
  executor_type get_executor() { return socket_.get_executor(); }
  lowest_layer_type& lowest_layer() { return socket_.lowest_layer(); }

 private:
  enum class Until { kReadable, kWritable };
  /// False, and why, when nothing happened for too long.
  bool wait(Until until, boost::system::error_code& error);

  asio::ip::tcp::socket socket_;
  const std::chrono::milliseconds silence_max_;
};

/// A blocking connection to a server, with TLS on it where the URL says so. What Beast calls a
/// synchronous stream.
///
/// Threads: one at a time.
class ClientStream {
 public:
  using executor_type = TimedSocket::executor_type;

  /// `silence_max` bounds every wait for a byte. Errc::kUnavailable when the server cannot be
  /// reached; kDenied when its certificate does not hold.
  static Result<std::unique_ptr<ClientStream>> connect(const net_client::BaseUrl& url,
                                                       std::chrono::milliseconds silence_max);

  template <class Buffers>
  std::size_t read_some(const Buffers& buffers, boost::system::error_code& error) {
    return tls_ ? tls_->read_some(buffers, error) : socket_.read_some(buffers, error);
  }
  template <class Buffers>
  std::size_t write_some(const Buffers& buffers, boost::system::error_code& error) {
    return tls_ ? tls_->write_some(buffers, error) : socket_.write_some(buffers, error);
  }
  // The forms that throw: the concept asks for them, nobody here calls them.
  template <class Buffers>
  std::size_t read_some(const Buffers& buffers) {
    boost::system::error_code error;
    const std::size_t count = read_some(buffers, error);
    if (error) throw boost::system::system_error(error);
    return count;
  }
  template <class Buffers>
  std::size_t write_some(const Buffers& buffers) {
    boost::system::error_code error;
    const std::size_t count = write_some(buffers, error);
    if (error) throw boost::system::system_error(error);
    return count;
  }
  executor_type get_executor() { return socket_.get_executor(); }
  /// Makes what another thread waits for here end with an error. Any thread.
  void interrupt() { ::shutdown(socket_.lowest_layer().native_handle(), SHUT_RDWR); }

 private:
  explicit ClientStream(std::chrono::milliseconds silence_max) : socket_(io_, silence_max) {}
  Result<void> start_tls(const net_client::BaseUrl& url);

  asio::io_context io_;
  asio::ssl::context tls_context_{asio::ssl::context::tls_client};
  TimedSocket socket_;
  std::optional<asio::ssl::stream<TimedSocket&>> tls_;
};

/// What Beast calls at the end of a WebSocket: the destructor closes the connection.
inline void teardown(boost::beast::role_type, ClientStream&, boost::system::error_code& error) {
  error = {};
}

/// Errc::kUnavailable: what was being done, to which server, and why it failed.
Error connection_error(const net_client::BaseUrl& url, const boost::system::error_code& error);

}  // namespace coditect::app
