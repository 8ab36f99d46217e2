#include "net/body_reader.h"

#include <gtest/gtest.h>

#include <atomic>

#include "net/test_client.h"
#include "net/test_server.h"

namespace coditect::net {
namespace {

/// Counts what it receives, as one that keeps nothing of it does.
class Counting final : public Handler {
 public:
  std::optional<Response> authorize_head(const RequestHead& head) override {
    if (head.path == "/private") return problem(401, {}, "no token", "log in");
    return std::nullopt;
  }
  awaitable<std::optional<Response>> handle(Request request, ResponseStream&) override {
    co_return text_response(200, "text/plain", "handled " + request.body);
  }
  bool receives(const RequestHead& head) const override { return head.method == "PUT"; }
  awaitable<std::optional<Response>> receive(RequestHead head, RequestBody& body,
                                             ResponseStream& stream) override {
    std::uint64_t bytes = 0;
    std::size_t largest = 0;
    while (true) {
      auto piece = co_await body.read();
      if (!piece) {
        EXPECT_EQ((co_await body.read()).error().message, piece.error().message);
        ++broken;
        broken.notify_all();
        co_return problem(piece.error());
      }
      if (piece->empty()) break;
      bytes += piece->size();
      largest = std::max(largest, piece->size());
      if (head.path == "/some") co_return problem(413, {}, "enough");
    }
    EXPECT_TRUE((co_await body.read())->empty()) << "the end stays the end";
    if (head.path == "/wait") {
      const std::stop_callback left(stream.when_peer_closed(), [this] {
        ++noticed;
        noticed.notify_all();
      });
      co_await stream.wait_peer_closed();
    }
    const bool in_pieces = largest <= 64u << 10;
    co_return text_response(200, "text/plain",
                            std::to_string(bytes) + (in_pieces ? " in pieces" : ""));
  }

  std::atomic<int> broken = 0;
  std::atomic<int> noticed = 0;
};

class BodyReaderTest : public testing::Test {
 protected:
  static ServerOptions small() {
    ServerOptions options;
    options.body_bytes_max = 1000;
    options.close_grace = std::chrono::milliseconds(50);
    return options;
  }
  TestClient client() { return TestClient(server_.port()); }
  static std::string put(std::string_view path, std::string_view headers) {
    return "PUT " + std::string(path) + " HTTP/1.1\r\nHost: t\r\n" + std::string(headers) +
           "\r\n\r\n";
  }

  Counting counting_;
  TestServer server_{counting_, small()};
};

constexpr const char* kNext = "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 2\r\n\r\nab";

TEST_F(BodyReaderTest, GivesABodyOfAnySizeInPiecesAndGoesOn) {
  const std::size_t bytes = 1'000'000;
  auto peer = client();
  peer.send(put("/", "Content-Length: " + std::to_string(bytes)) + std::string(bytes, 'x') + kNext);
  EXPECT_TRUE(peer.read_response().ends_with("1000000 in pieces"));
  EXPECT_TRUE(peer.read_response().ends_with("handled ab"));
  peer.send(put("/", "Transfer-Encoding: chunked") + "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n" +
            kNext);
  EXPECT_TRUE(peer.read_response().ends_with("5 in pieces"));
  EXPECT_TRUE(peer.read_response().ends_with("handled ab"));
  peer.send(put("/", "Content-Length: 0") + put("/", "X: y") + kNext);
  EXPECT_TRUE(peer.read_response().ends_with("0 in pieces"));
  EXPECT_TRUE(peer.read_response().ends_with("0 in pieces"));
  EXPECT_TRUE(peer.read_response().ends_with("handled ab"));
}

TEST_F(BodyReaderTest, LetsAClientThatAsksGoOn) {
  auto peer = client();
  peer.send(put("/", "Content-Length: 3\r\nExpect: 100-continue"));
  EXPECT_EQ(peer.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  peer.send("abc");
  EXPECT_TRUE(peer.read_response().ends_with("3 in pieces"));
}

TEST_F(BodyReaderTest, RefusesBeforeTheBodyIsRead) {
  auto peer = client();
  peer.send(put("/private", "Content-Length: 1000000\r\nExpect: 100-continue"));
  EXPECT_TRUE(peer.read_response().starts_with("HTTP/1.1 401 ")) << "and says no 100 Continue";
}

TEST_F(BodyReaderTest, ClosesAfterAnAnswerThatCameBeforeTheEnd) {
  auto peer = client();
  peer.send(put("/some", "Content-Length: 1000000") + std::string(200'000, 'x'));
  const std::string answer = peer.read_response();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 413 ")) << answer;
  EXPECT_TRUE(answer.contains("Connection: close\r\n"));
}

TEST_F(BodyReaderTest, TellsABodyThatBreaksOffFromOneThatIsMalformed) {
  auto gone = client();
  gone.send(put("/", "Content-Length: 10") + "abc");
  gone.close();
  counting_.broken.wait(0);
  auto bad = client();
  bad.send(put("/", "Transfer-Encoding: chunked") + "nonsense\r\n");
  EXPECT_TRUE(bad.read_response().starts_with("HTTP/1.1 400 "));
}

TEST_F(BodyReaderTest, NoticesAClientThatLeavesWhileItsBodyIsWorkedOn) {
  auto peer = client();
  peer.send(put("/wait", "Content-Length: 3") + "abc");
  peer.close();
  counting_.noticed.wait(0);
  EXPECT_EQ(counting_.noticed, 1);
}

}  // namespace
}  // namespace coditect::net
