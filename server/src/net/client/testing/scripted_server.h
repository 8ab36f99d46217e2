#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "async/strand.h"

namespace coditect::net_client {

/// A server on a loopback port that plays one script per connection, with blocking calls on a
/// thread of its own, so that tests decide every byte and every pause.
///
/// Lifetime: the destructor joins the thread; every script ends by itself once its peer closes.
class ScriptedServer {
 public:
  using Socket = asio::ip::tcp::socket;
  using Script = std::function<void(Socket&)>;

  explicit ScriptedServer(std::vector<Script> scripts)
      : acceptor_(io_, {asio::ip::address_v4::loopback(), 0}),
        thread_([this, plays = std::move(scripts)] { play(plays); }) {}
  ~ScriptedServer() { thread_.join(); }

  std::string url() const {
    return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port());
  }

  /// Reads one request, head and body, and returns its text.
  static std::string read_request(Socket& socket) {
    std::string text;
    boost::system::error_code error;
    const std::size_t head =
        asio::read_until(socket, asio::dynamic_buffer(text), "\r\n\r\n", error);
    const std::size_t at = text.find("Content-Length: ");
    const std::size_t length = at == std::string::npos ? 0 : std::stoul(text.substr(at + 16));
    while (!error && text.size() < head + length) {
      char more[4096];
      text.append(more, socket.read_some(asio::buffer(more), error));
    }
    return text;
  }
  static void write(Socket& socket, std::string_view text) {
    boost::system::error_code gone;  // a client that closed early is part of some tests
    asio::write(socket, asio::buffer(text), gone);
  }
  /// Returns when the peer has closed or reset the connection.
  static void await_close(Socket& socket) {
    boost::system::error_code error;
    char byte[256];
    while (!error) socket.read_some(asio::buffer(byte), error);
  }
  /// Closes with a reset instead of an orderly end.
  static void reset(Socket& socket) {
    socket.set_option(asio::socket_base::linger(true, 0));
    socket.close();
  }

 private:
  void play(const std::vector<Script>& scripts) {
    for (const Script& script : scripts) {
      Socket socket(io_);
      boost::system::error_code error;
      acceptor_.accept(socket, error);
      if (error) return;
      script(socket);
    }
  }

  asio::io_context io_;
  asio::ip::tcp::acceptor acceptor_;
  std::thread thread_;
};

/// The head of a response that is streamed in chunks, and one chunk.
inline const std::string kStreamHead =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
inline const std::string kLastChunk = "0\r\n\r\n";
inline std::string chunk(std::string_view text) {
  char size[32];
  std::snprintf(size, sizeof size, "%zx\r\n", text.size());
  return size + std::string(text) + "\r\n";
}

}  // namespace coditect::net_client
