#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <sys/socket.h>

namespace coditect::net {

/// A client that writes and reads bytes as a test tells it, blocking, with a time-out that turns a
/// hanging server into a failing test.
class TestClient {
 public:
  explicit TestClient(std::uint16_t port) : socket_(io_) {
    socket_.connect({boost::asio::ip::address_v4::loopback(), port});
    const timeval patience{5, 0};
    ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }

  /// False when the server has closed.
  bool send(std::string_view bytes) {
    boost::system::error_code error;
    boost::asio::write(socket_, boost::asio::buffer(bytes.data(), bytes.size()), error);
    return !error;
  }
  /// Reads until `mark` has come, and returns what came up to its end; less when the server closes.
  std::string read_until(std::string_view mark) {
    while (pending_.find(mark) == std::string::npos) {
      if (!read_more()) return std::exchange(pending_, {});
    }
    return take(pending_.find(mark) + mark.size());
  }
  /// Exactly `count` bytes; less when the server closes.
  std::string read_bytes(std::size_t count) {
    while (pending_.size() < count && read_more()) {
    }
    return take(std::min(count, pending_.size()));
  }
  /// A head and the body that its Content-Length announces.
  std::string read_response() {
    const std::string head = read_until("\r\n\r\n");
    const std::size_t at = head.find("Content-Length: ");
    if (at == std::string::npos) return head;
    return head + read_bytes(std::stoul(head.substr(at + 16)));
  }
  std::string read_to_end() {
    while (read_more()) {
    }
    return std::exchange(pending_, {});
  }
  /// True when the server closes without sending anything more.
  bool is_closed_by_server() { return !read_more() && pending_.empty() && !timed_out_; }
  void close() { socket_.close(); }
  /// Closes so that the server's next write fails.
  void reset() {
    socket_.set_option(boost::asio::socket_base::linger(true, 0));
    socket_.close();
  }

 private:
  bool read_more() {
    char bytes[4096];
    const ssize_t count = ::recv(socket_.native_handle(), bytes, sizeof bytes, 0);
    timed_out_ = count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
    if (count <= 0) return false;
    pending_.append(bytes, static_cast<std::size_t>(count));
    return true;
  }
  std::string take(std::size_t count) {
    std::string taken = pending_.substr(0, count);
    pending_.erase(0, count);
    return taken;
  }

  boost::asio::io_context io_;
  boost::asio::ip::tcp::socket socket_;
  std::string pending_;
  bool timed_out_ = false;
};

}  // namespace coditect::net
