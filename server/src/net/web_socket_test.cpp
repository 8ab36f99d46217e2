#include "net/web_socket.h"

#include <gtest/gtest.h>

#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <atomic>
#include <chrono>
#include <mutex>
#include <stdexcept>

#include "async/async_mutex.h"
#include "async/task_group.h"
#include "net/test_client.h"
#include "net/test_server.h"

namespace coditect::net {
namespace {

namespace websocket = boost::beast::websocket;
using boost::system::error_code;
using std::chrono::milliseconds;

/// Echoes; "bye" closes with 1013, "throw" throws, "push N" sends N messages from a second
/// coroutine while reading goes on.
class Echo final : public Handler {
 public:
  std::optional<Response> authorize_head(const RequestHead& head) override {
    if (head.path == "/private") return problem(401, {}, "no token");
    return std::nullopt;
  }
  awaitable<std::optional<Response>> handle(Request /*request*/, ResponseStream& /*s*/) override {
    co_return problem(404, {}, "only WebSockets are served");
  }
  awaitable<UpgradeAnswer> upgrade(const RequestHead& head) override {
    if (head.path != "/ws" && head.path != "/private") co_return problem(404, {}, "no such socket");
    AcceptUpgrade accepted;
    for (const std::string& offered : head.offered_subprotocols()) {
      if (offered == "coditect.v1") accepted.subprotocol = offered;
    }
    co_return accepted;
  }
  awaitable<void> websocket(Request /*request*/, WebSocket& socket) override {
    TaskGroup tasks(socket.strand(), [](std::string_view, const std::string&) {});
    // A client may have a message before the server hears that it is written.
    AsyncMutex writing(socket.strand());
    for (;;) {
      Result<std::string> text = co_await socket.read();
      if (!text) {
        const std::lock_guard lock(mutex_);
        last_error_ = text.error().message;
        break;
      }
      if (*text == "throw") throw std::runtime_error("broken");
      if (*text == "bye") {
        std::string reason(200, 'x');
        co_await socket.close(CloseCode::kTryAgainLater, std::move(reason));
      } else if (*text == "push") {
        tasks.spawn("pusher", push(socket, writing));
      } else {
        const AsyncMutex::Guard guard = co_await writing.lock();
        const Result<void> sent = co_await socket.write(*std::move(text));
        if (!sent) break;
      }
    }
    co_await tasks.close();
    ++ended;
    ended.notify_all();
  }

  std::string last_error() {
    const std::lock_guard lock(mutex_);
    return last_error_;
  }

  std::atomic<int> ended = 0;

 private:
  static awaitable<void> push(WebSocket& socket, AsyncMutex& writing) {
    const AsyncMutex::Guard guard = co_await writing.lock();
    for (int i = 0; i < 100; ++i) {
      std::string text = std::to_string(i);
      if (!co_await socket.write(std::move(text))) co_return;
    }
  }

  std::mutex mutex_;
  std::string last_error_;  // guarded by mutex_: two sockets may end at once
};

/// A blocking WebSocket client.
class Peer {
 public:
  explicit Peer(std::uint16_t port, std::string path = "/ws", std::string subprotocol = {}) {
    stream_.next_layer().connect({asio::ip::address_v4::loopback(), port});
    const timeval patience{5, 0};
    ::setsockopt(stream_.next_layer().native_handle(), SOL_SOCKET, SO_RCVTIMEO, &patience,
                 sizeof patience);
    const auto offer = [subprotocol](websocket::request_type& request) {
      if (!subprotocol.empty()) request.set("Sec-WebSocket-Protocol", subprotocol);
    };
    stream_.set_option(websocket::stream_base::decorator(offer));
    stream_.control_callback([this](websocket::frame_type kind, boost::beast::string_view) {
      if (kind == websocket::frame_type::ping) ++pings;
    });
    stream_.handshake(response, "t", path, error);
  }
  void send(std::string_view text) { stream_.write(asio::buffer(text.data(), text.size()), error); }
  void send_binary() {
    stream_.binary(true);
    stream_.write(asio::buffer("ab", 2), error);
  }
  std::string read() {
    boost::beast::flat_buffer buffer;
    stream_.read(buffer, error);
    return boost::beast::buffers_to_string(buffer.cdata());
  }
  /// The code with which the server closes.
  int read_close() {
    while (!error) read();
    return error == websocket::error::closed ? stream_.reason().code : -1;
  }
  websocket::stream<asio::ip::tcp::socket>& stream() { return stream_; }

  websocket::response_type response;
  error_code error;
  int pings = 0;

 private:
  asio::io_context io_;
  websocket::stream<asio::ip::tcp::socket> stream_{io_};
};

class WebSocketTest : public testing::Test {
 protected:
  static ServerOptions small() {
    ServerOptions options;
    options.socket_message_bytes_max = 1000;
    options.close_grace = milliseconds(200);
    return options;
  }
  Echo echo_;
  TestServer server_{echo_, small()};
};

TEST_F(WebSocketTest, Echoes) {
  Peer peer(server_.port());
  ASSERT_FALSE(peer.error) << peer.error.message();
  for (const std::string text : {"one", "", "caf\xC3\xA9", "four"}) {
    peer.send(text);
    EXPECT_EQ(peer.read(), text);
  }
  peer.stream().close(websocket::close_code::normal, peer.error);
  EXPECT_FALSE(peer.error);
  echo_.ended.wait(0);
  EXPECT_EQ(echo_.last_error(), "the client closed the WebSocket with code 1000");
}

TEST_F(WebSocketTest, NamesTheSubprotocolItChose) {
  Peer peer(server_.port(), "/ws", "other, coditect.v1");
  ASSERT_FALSE(peer.error);
  EXPECT_EQ(std::string(peer.response["Sec-WebSocket-Protocol"]), "coditect.v1");
  Peer stranger(server_.port(), "/ws", "other");
  ASSERT_FALSE(stranger.error);
  EXPECT_EQ(stranger.response.count("Sec-WebSocket-Protocol"), 0u);
}

TEST_F(WebSocketTest, RefusesUpgradesWithAProblem) {
  for (const auto& [path, status] : {std::pair{"/private", 401u}, std::pair{"/nowhere", 404u}}) {
    Peer peer(server_.port(), path);
    EXPECT_TRUE(peer.error == websocket::error::upgrade_declined) << peer.error.message();
    EXPECT_EQ(peer.response.result_int(), status);
    EXPECT_EQ(std::string(peer.response["Content-Type"]), "application/problem+json");
  }
}

TEST_F(WebSocketTest, ReadsWhileItWrites) {
  Peer peer(server_.port());
  peer.send("push");
  for (int i = 0; i < 100; ++i) EXPECT_EQ(peer.read(), std::to_string(i));
  peer.send("after");
  EXPECT_EQ(peer.read(), "after");
}

TEST_F(WebSocketTest, ClosesWithTheCodeThatFits) {
  struct Case {
    const char* name;
    std::string text;
    int code;
  };
  const Case cases[] = {{"asked to", "bye", 1013},
                        {"handler fails", "throw", 1011},
                        {"too large", std::string(1001, 'x'), 1009},
                        {"not UTF-8", "\xC3\x28", 1007}};
  for (const Case& test : cases) {
    Peer peer(server_.port());
    peer.send(test.text);
    EXPECT_EQ(peer.read_close(), test.code) << test.name;
  }
  Peer binary(server_.port());
  binary.send_binary();
  EXPECT_EQ(binary.read_close(), 1003);
}

TEST_F(WebSocketTest, AFrameThatBreaksTheProtocolEndsTheSocket) {
  TestClient peer(server_.port());
  peer.send(
      "GET /ws HTTP/1.1\r\nHost: t\r\nConnection: upgrade\r\nUpgrade: websocket\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
  const std::string accepted = peer.read_until("\r\n\r\n");
  EXPECT_TRUE(accepted.starts_with("HTTP/1.1 101")) << accepted;
  EXPECT_TRUE(accepted.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")) << accepted;
  peer.send(std::string("\x81\x02hi", 4));  // a client's frame must be masked
  EXPECT_EQ(peer.read_bytes(4), std::string("\x88\x02\x03\xea", 4));
  peer.close();
  echo_.ended.wait(0);
}

TEST_F(WebSocketTest, NoticesAClientThatIsGone) {
  Peer peer(server_.port());
  peer.send("one");
  EXPECT_EQ(peer.read(), "one");
  peer.stream().next_layer().close();
  echo_.ended.wait(0);
  EXPECT_EQ(echo_.ended, 1);
}

TEST_F(WebSocketTest, ServerCloseSaysGoingAway) {
  Peer peer(server_.port());
  peer.send("one");
  EXPECT_EQ(peer.read(), "one");
  std::thread closing([&] { server_.close(); });
  EXPECT_EQ(peer.read_close(), 1001);
  closing.join();
  EXPECT_EQ(echo_.ended, 1);
}

TEST_F(WebSocketTest, ServerCloseDoesNotWaitForAClientThatDoesNotAnswer) {
  Peer peer(server_.port());
  peer.send("one");
  EXPECT_EQ(peer.read(), "one");
  server_.close();
  EXPECT_EQ(echo_.ended, 1);
}

TEST(WebSocketKeepAlive, PingsASilentClientAndDropsADeadOne) {
  Echo echo;
  ServerOptions options;
  options.socket_silence = milliseconds(40);
  TestServer server(echo, options);
  Peer dead(server.port());
  Peer living(server.port());
  // Reading answers pings, so this client outlives the one that does not read.
  std::thread reading([&] { living.read(); });
  echo.ended.wait(0);
  EXPECT_EQ(echo.ended, 1);
  server.close();
  reading.join();
  EXPECT_GE(living.pings, 1);
}

}  // namespace
}  // namespace coditect::net
