#include "net/server.h"

#include <gtest/gtest.h>

#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <chrono>
#include <stdexcept>

#include "net/test_client.h"
#include "net/test_server.h"

namespace coditect::net {
namespace {

using std::chrono::milliseconds;

/// One route for each thing a handler can do.
class Routes final : public Handler {
 public:
  std::optional<Response> authorize_head(const RequestHead& head) override {
    if (head.path == "/throw-early") throw std::runtime_error("broken early");
    if (head.path.starts_with("/private")) return problem(401, {}, "no token", "log in");
    return std::nullopt;
  }

  awaitable<std::optional<Response>> handle(Request request, ResponseStream& stream) override {
    ++handled;
    if (request.path == "/stream") co_return co_await play_stream(stream);
    if (request.path == "/abort") co_return co_await break_off(stream);
    if (request.path == "/wait") co_return co_await wait_for_client(stream);
    if (request.path == "/unfinished") co_return co_await leave_unfinished(stream);
    if (request.path == "/throw") throw std::runtime_error("broken");
    if (request.path == "/none") co_return std::nullopt;
    if (request.path == "/hang") co_await hang(stream.strand());
    if (request.path == "/empty") co_return Response{204, {}, ""};
    if (request.path == "/inject") {
      co_return text_response(200, "text/plain\r\nX-Evil: 1", "x").with("Bad Name", "y");
    }
    co_return text_response(200, "text/plain",
                            request.method + " " + request.path + " " + request.body);
  }

  std::atomic<int> handled = 0;
  std::atomic<int> noticed = 0;

 private:
  static awaitable<void> hang(Strand strand) {
    asio::steady_timer timer(strand, std::chrono::hours(1));
    co_await timer.async_wait(asio::use_awaitable);
  }
  static awaitable<std::optional<Response>> play_stream(ResponseStream& stream) {
    Headers headers{{"Content-Type", "text/event-stream"}};
    EXPECT_TRUE(co_await stream.start(200, std::move(headers)));
    for (std::string chunk : {"one", "", "two three four five six"}) {
      EXPECT_TRUE(co_await stream.write(std::move(chunk)));
    }
    EXPECT_TRUE(co_await stream.finish());
    co_return std::nullopt;
  }
  static awaitable<std::optional<Response>> break_off(ResponseStream& stream) {
    Headers headers;
    EXPECT_TRUE(co_await stream.start(200, std::move(headers)));
    std::string chunk = "half";
    EXPECT_TRUE(co_await stream.write(std::move(chunk)));
    stream.abort();
    EXPECT_FALSE(co_await stream.finish());
    co_return std::nullopt;
  }
  static awaitable<std::optional<Response>> leave_unfinished(ResponseStream& stream) {
    Headers headers;
    EXPECT_TRUE(co_await stream.start(200, std::move(headers)));
    co_return text_response(200, "text/plain", "ignored: the stream was used");
  }
  awaitable<std::optional<Response>> wait_for_client(ResponseStream& stream) {
    Headers headers;
    EXPECT_TRUE(co_await stream.start(200, std::move(headers)));
    co_await stream.wait_peer_closed();
    EXPECT_TRUE(stream.peer_closed());
    ++noticed;
    noticed.notify_all();
    co_return std::nullopt;
  }
};

class ServerTest : public testing::Test {
 protected:
  static ServerOptions small() {
    ServerOptions options;
    options.header_bytes_max = 4096;
    options.body_bytes_max = 1000;
    options.close_grace = milliseconds(50);
    return options;
  }
  TestClient client() { return TestClient(server_.port()); }

  Routes routes_;
  TestServer server_{routes_, small()};
};

std::string get(std::string_view path) {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: t\r\n\r\n";
}

TEST_F(ServerTest, AnswersAndKeepsTheConnection) {
  auto peer = client();
  for (int i = 0; i < 3; ++i) {
    peer.send(get("/hello"));
    const std::string answer = peer.read_response();
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n")) << answer;
    EXPECT_TRUE(answer.contains("Connection: keep-alive\r\n"));
    EXPECT_TRUE(answer.ends_with("GET /hello ")) << answer;
  }
}

TEST_F(ServerTest, AnswersPipelinedRequestsInOrder) {
  auto peer = client();
  peer.send(get("/1") + get("/stream") +
            "POST /2 HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\n\r\nabc" + get("/3"));
  EXPECT_TRUE(peer.read_response().ends_with("GET /1 "));
  EXPECT_TRUE(peer.read_until("0\r\n\r\n").contains("3\r\none\r\n17\r\ntwo three"));
  EXPECT_TRUE(peer.read_response().ends_with("POST /2 abc"));
  EXPECT_TRUE(peer.read_response().ends_with("GET /3 "));
}

TEST_F(ServerTest, ReadsAChunkedBodyThatComesInPieces) {
  auto peer = client();
  peer.send("POST /in HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab");
  peer.send("c\r\n4\r\ndefg\r\n");
  peer.send("0\r\n\r\n");
  EXPECT_TRUE(peer.read_response().ends_with("POST /in abcdefg"));
}

TEST_F(ServerTest, InvitesTheBodyWhenAsked) {
  auto peer = client();
  peer.send("POST /in HTTP/1.1\r\nHost: t\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(peer.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  peer.send("ab");
  EXPECT_TRUE(peer.read_response().ends_with("POST /in ab"));
}

TEST_F(ServerTest, ServesHttp10WithoutKeepingTheConnection) {
  auto peer = client();
  peer.send("GET /stream HTTP/1.0\r\n\r\n");
  const std::string answer = peer.read_to_end();
  EXPECT_FALSE(answer.contains("Transfer-Encoding")) << answer;
  EXPECT_TRUE(answer.ends_with("\r\n\r\nonetwo three four five six")) << answer;
}

TEST_F(ServerTest, LeavesTheBodyOutWhereHttpForbidsOne) {
  auto peer = client();
  peer.send("HEAD /hello HTTP/1.1\r\nHost: t\r\n\r\n" + get("/empty") +
            "HEAD /stream HTTP/1.1\r\nHost: t\r\n\r\n" + get("/last"));
  EXPECT_TRUE(peer.read_until("\r\n\r\n").contains("Content-Length: 12\r\n"));
  const std::string empty = peer.read_until("\r\n\r\n");
  EXPECT_TRUE(empty.starts_with("HTTP/1.1 204 No Content")) << empty;
  EXPECT_FALSE(empty.contains("Content-Length")) << empty;
  EXPECT_TRUE(peer.read_until("\r\n\r\n").contains("Transfer-Encoding: chunked"));
  EXPECT_TRUE(peer.read_response().ends_with("GET /last "));
}

TEST_F(ServerTest, KeepsHeaderInjectionOut) {
  auto peer = client();
  peer.send(get("/inject"));
  const std::string answer = peer.read_response();
  EXPECT_FALSE(answer.contains("\r\nX-Evil")) << answer;
  EXPECT_FALSE(answer.contains("Bad Name")) << answer;
}

TEST_F(ServerTest, RefusesMalformedRequests) {
  struct Case {
    const char* name;
    std::string request;
    int status;
  };
  const std::string host = "Host: t\r\n";
  const Case cases[] = {
      {"noise", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400},
      {"no version", "GET /\r\n\r\n", 400},
      {"bad version", "GET / HTTP/9.9\r\n" + host + "\r\n", 400},
      {"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400},
      {"no host", "GET / HTTP/1.1\r\n\r\n", 400},
      {"two hosts", "GET / HTTP/1.1\r\n" + host + host + "\r\n", 400},
      {"bad header", "GET / HTTP/1.1\r\n" + host + "bad header: x\r\n\r\n", 400},
      {"NUL in the path", "GET /a%00b HTTP/1.1\r\n" + host + "\r\n", 400},
      {"bad escape", "GET /%zz HTTP/1.1\r\n" + host + "\r\n", 400},
      {"above the root", "GET /../etc/passwd HTTP/1.1\r\n" + host + "\r\n", 400},
      {"authority form", "CONNECT example.org:443 HTTP/1.1\r\n" + host + "\r\n", 400},
      {"bad length", "POST / HTTP/1.1\r\n" + host + "Content-Length: -1\r\n\r\n", 400},
      {"two lengths",
       "POST / HTTP/1.1\r\n" + host + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400},
      {"length and chunked",
       "POST / HTTP/1.1\r\n" + host + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
       400},
      {"bad chunk", "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n",
       400},
      {"unknown encoding", "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: gzip\r\n\r\n", 501},
      {"two encodings", "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: gzip, chunked\r\n\r\n",
       501},
      {"expectation", "POST / HTTP/1.1\r\n" + host + "Expect: cake\r\n\r\n", 417},
      {"large header", "GET / HTTP/1.1\r\n" + host + "X: " + std::string(5000, 'x') + "\r\n\r\n",
       431},
      {"large target", "GET /" + std::string(5000, 'x') + " HTTP/1.1\r\n" + host + "\r\n", 431},
      {"half a websocket", "GET /ws HTTP/1.1\r\n" + host + "Upgrade: websocket\r\n\r\n", 400},
      {"old websocket",
       "GET /ws HTTP/1.1\r\n" + host +
           "Connection: upgrade\r\nUpgrade: websocket\r\n"
           "Sec-WebSocket-Version: 8\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
       426},
  };
  for (const Case& test : cases) {
    auto peer = client();
    peer.send(test.request);
    const std::string answer = peer.read_to_end();
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 " + std::to_string(test.status)))
        << test.name << ": " << answer;
    EXPECT_TRUE(answer.contains("application/problem+json")) << test.name;
    EXPECT_TRUE(answer.contains("Connection: close")) << test.name;
  }
  EXPECT_EQ(routes_.handled, 0);
}

TEST_F(ServerTest, RefusesALargeBodyBeforeItIsRead) {
  auto peer = client();
  peer.send("POST /in HTTP/1.1\r\nHost: t\r\nContent-Length: 100000000\r\n\r\n");
  const std::string answer = peer.read_to_end();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 413")) << answer;
  EXPECT_EQ(routes_.handled, 0);
}

TEST_F(ServerTest, RefusesAChunkedBodyThatGrowsTooLarge) {
  auto peer = client();
  peer.send("POST /in HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n");
  const std::string chunk = "190\r\n" + std::string(400, 'x') + "\r\n";
  for (int i = 0; i < 3; ++i) peer.send(chunk);
  EXPECT_TRUE(peer.read_to_end().starts_with("HTTP/1.1 413"));
}

TEST_F(ServerTest, TheAnswerReachesAClientThatSendsItsBodyRegardless) {
  auto peer = client();
  const std::string body(2'000'000, 'x');
  EXPECT_TRUE(peer.send("POST /in HTTP/1.1\r\nHost: t\r\nContent-Length: 2000000\r\n\r\n" + body));
  EXPECT_TRUE(peer.read_to_end().starts_with("HTTP/1.1 413"));
}

TEST_F(ServerTest, RefusesBeforeTheBodyAndBeforeTheBodysLimit) {
  auto peer = client();
  peer.send("POST /private HTTP/1.1\r\nHost: t\r\nContent-Length: 100000000\r\n\r\n");
  const std::string answer = peer.read_to_end();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 401")) << answer;
  EXPECT_TRUE(answer.contains(R"("hint":"log in")")) << answer;
  EXPECT_TRUE(answer.contains("Connection: close"));
}

TEST_F(ServerTest, ARefusalWithoutABodyKeepsTheConnection) {
  auto peer = client();
  peer.send(get("/private") + get("/hello"));
  EXPECT_TRUE(peer.read_response().starts_with("HTTP/1.1 401"));
  EXPECT_TRUE(peer.read_response().starts_with("HTTP/1.1 200"));
}

TEST_F(ServerTest, ABrokenHandlerIs500AndTheConnectionGoesOn) {
  auto peer = client();
  for (const char* path : {"/throw", "/none", "/throw-early"}) {
    peer.send(get(path));
    EXPECT_TRUE(peer.read_response().starts_with("HTTP/1.1 500")) << path;
  }
  peer.send(get("/hello"));
  EXPECT_TRUE(peer.read_response().starts_with("HTTP/1.1 200"));
}

TEST_F(ServerTest, AnAbortedStreamBreaksOffWithoutItsLastChunk) {
  for (const char* path : {"/abort", "/unfinished"}) {
    auto peer = client();
    peer.send(get(path));
    const std::string answer = peer.read_to_end();
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200")) << answer;
    EXPECT_FALSE(answer.contains("0\r\n\r\n")) << answer;
  }
}

TEST_F(ServerTest, AStreamNoticesAClientThatLeaves) {
  auto polite = client();
  auto rude = client();
  polite.send(get("/wait"));
  rude.send(get("/wait"));
  polite.read_until("\r\n\r\n");
  rude.read_until("\r\n\r\n");
  polite.close();
  routes_.noticed.wait(0);
  rude.reset();
  routes_.noticed.wait(1);
  EXPECT_EQ(routes_.noticed, 2);
}

TEST_F(ServerTest, CloseBreaksOffWhatDoesNotEnd) {
  auto idle = client();
  auto hanging = client();
  auto streaming = client();
  auto half = client();
  hanging.send(get("/hang"));
  streaming.send(get("/wait"));
  half.send("GET / HTTP/1.1\r\nHo");
  streaming.read_until("\r\n\r\n");
  server_.close();
  EXPECT_TRUE(idle.is_closed_by_server());
  EXPECT_TRUE(hanging.is_closed_by_server());
  EXPECT_TRUE(streaming.is_closed_by_server());
  EXPECT_TRUE(half.is_closed_by_server());
}

TEST(ServerLimits, ASlowHeaderIsCutOff) {
  Routes routes;
  ServerOptions options;
  options.header_time = milliseconds(30);
  TestServer server(routes, options);
  TestClient silent(server.port());
  TestClient slow(server.port());
  slow.send("GET / HTTP/1.1\r\nHost: t\r\nX-");
  EXPECT_TRUE(silent.is_closed_by_server());
  EXPECT_TRUE(slow.is_closed_by_server());
}

TEST(ServerLimits, AnIdleConnectionAndASlowBodyAreCutOff) {
  Routes routes;
  ServerOptions options;
  options.idle_time = milliseconds(30);
  options.body_time = milliseconds(30);
  TestServer server(routes, options);
  TestClient idle(server.port());
  idle.send(get("/hello"));
  EXPECT_TRUE(idle.read_response().starts_with("HTTP/1.1 200"));
  EXPECT_TRUE(idle.is_closed_by_server());
  TestClient slow(server.port());
  slow.send("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\n\r\nab");
  EXPECT_TRUE(slow.is_closed_by_server());
}

TEST(ServerLimits, TheConnectionBeyondTheLimitIsToldSo) {
  Routes routes;
  ServerOptions options;
  options.connections_max = 1;
  TestServer server(routes, options);
  TestClient first(server.port());
  first.send(get("/hello"));
  EXPECT_TRUE(first.read_response().starts_with("HTTP/1.1 200"));
  TestClient second(server.port());
  EXPECT_TRUE(second.read_to_end().starts_with("HTTP/1.1 503"));
  first.send(get("/hello"));
  EXPECT_TRUE(first.read_response().starts_with("HTTP/1.1 200"));
}

TEST(ServerListen, RefusesWhatCannotBe) {
  Routes routes;
  TestServer server(routes);
  const auto taken = Server::listen(server.io().get_executor(),
                                    "127.0.0.1:" + std::to_string(server.port()), routes);
  ASSERT_FALSE(taken.ok());
  EXPECT_EQ(taken.error().code, Errc::kUnavailable);
  EXPECT_FALSE(taken.error().hint.empty());
  const auto nonsense = Server::listen(server.io().get_executor(), "nonsense", routes);
  ASSERT_FALSE(nonsense.ok());
  EXPECT_EQ(nonsense.error().code, Errc::kInvalid);
}

}  // namespace
}  // namespace coditect::net
