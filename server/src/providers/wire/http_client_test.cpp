#include "providers/wire/http_client.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>

#include "net/client/testing/scripted_server.h"

namespace coditect::providers {
namespace {

using Kind = ProviderError::Kind;
using Server = net_client::ScriptedServer;
using Socket = Server::Socket;
using net_client::chunk;
using net_client::kLastChunk;
using net_client::kStreamHead;
using net_client::parse_base_url;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr HttpTimes kPatient{seconds{20}, seconds{20}, seconds{20}};

/// What a whole exchange came to.
struct Outcome {
  std::optional<Kind> error;
  int status = 0;
  std::string body;
};

awaitable<void> exchange(HttpClient& client, std::stop_token stop, Outcome& outcome,
                         std::function<void(const std::string&)> on_bytes) {
  HttpPost request{"/path?x=1", {{"x-key", "secret"}}, "{}"};
  auto response = co_await client.post(std::move(request), std::move(stop));
  if (!response) {
    outcome.error = response.error().kind;
    co_return;
  }
  outcome.status = (*response)->head().status;
  for (;;) {
    auto bytes = co_await (*response)->read();
    if (!bytes) {
      outcome.error = bytes.error().kind;
      co_return;
    }
    if (bytes->empty()) co_return;
    outcome.body += *bytes;
    on_bytes(*bytes);
  }
}

Outcome run(
    HttpClientOptions options, std::stop_token stop = {},
    const std::function<void(const std::string&)>& on_bytes = [](const std::string&) {}) {
  auto client = make_http_client(std::move(options));
  EXPECT_TRUE(client.ok());
  asio::io_context io;
  Outcome outcome;
  std::exception_ptr failure;
  asio::co_spawn(make_strand(io.get_executor()),
                 exchange(**client, std::move(stop), outcome, on_bytes),
                 [&](std::exception_ptr error) { failure = error; });
  io.run();
  if (failure) std::rethrow_exception(failure);
  return outcome;
}

HttpClientOptions to(const Server& server, HttpTimes times = kPatient) {
  HttpClientOptions options;
  options.base = *parse_base_url(server.url() + "/prefix");
  options.times = times;
  return options;
}

/// A script that reads the request, answers with `text` and ends.
Server::Script answer(std::string text) {
  return [text = std::move(text)](Socket& socket) {
    Server::read_request(socket);
    Server::write(socket, text);
  };
}

TEST(HttpClient, PostsAndReadsAnAnswerInPieces) {
  std::string request;
  Server server({[&](Socket& socket) {
    request = Server::read_request(socket);
    Server::write(socket, kStreamHead + chunk("one ") + chunk("two") + kLastChunk);
  }});
  const Outcome outcome = run(to(server));
  EXPECT_EQ(outcome.error, std::nullopt);
  EXPECT_EQ(outcome.status, 200);
  EXPECT_EQ(outcome.body, "one two");
  EXPECT_TRUE(request.starts_with("POST /prefix/path?x=1 HTTP/1.1\r\n")) << request;
  EXPECT_TRUE(request.contains("Host: 127.0.0.1:")) << request;
  EXPECT_TRUE(request.contains("x-key: secret\r\n")) << request;
  EXPECT_TRUE(request.contains("Content-Length: 2\r\n")) << request;
  EXPECT_TRUE(request.ends_with("\r\n\r\n{}")) << request;
}

TEST(HttpClient, GivesEachPieceAsItArrives) {
  std::atomic<bool> heard = false;
  Server server({[&](Socket& socket) {
    Server::read_request(socket);
    Server::write(socket, kStreamHead + chunk("first"));
    // The rest is sent only once the client has seen the first piece.
    while (!heard) std::this_thread::yield();
    Server::write(socket, chunk("second") + kLastChunk);
  }});
  const Outcome outcome = run(to(server), {}, [&](const std::string&) { heard = true; });
  EXPECT_EQ(outcome.body, "firstsecond");
}

struct Answer {
  const char* name;
  std::string text;
  std::optional<Kind> error;
  int status;
  std::string body;
};

TEST(HttpClient, Answers) {
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  const Answer cases[] = {
      {"length", ok + "Content-Length: 3\r\n\r\nabc", std::nullopt, 200, "abc"},
      {"no body", ok + "Content-Length: 0\r\n\r\n", std::nullopt, 200, ""},
      {"until the end", ok + "\r\nabc", std::nullopt, 200, "abc"},
      {"a refusal with a body", "HTTP/1.1 529 Busy\r\nContent-Length: 2\r\n\r\n{}", std::nullopt,
       529, "{}"},
      {"interim responses",
       "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + ok + "Content-Length: 1\r\n\r\na",
       std::nullopt, 200, "a"},
      {"nothing at all", "", Kind::kNetwork, 0, ""},
      {"half a head", ok + "Content-Le", Kind::kNetwork, 0, ""},
      {"a body that is too short", ok + "Content-Length: 9\r\n\r\nabc", Kind::kNetwork, 200, "abc"},
      {"a stream without its last chunk", kStreamHead + chunk("data: ha"), Kind::kNetwork, 200,
       "data: ha"},
      {"half a chunk", kStreamHead + "ff\r\nabc", Kind::kNetwork, 200, "abc"},
      {"no HTTP", "SSH-2.0-OpenSSH\r\n\r\n", Kind::kMalformed, 0, ""},
      {"a chunk size that is none", kStreamHead + "zz\r\n", Kind::kMalformed, 200, ""},
      {"a huge head", ok + "X: " + std::string(limits::kHttpHeaderBytesMax, 'x') + "\r\n\r\n",
       Kind::kMalformed, 0, ""},
      {"a huge body", ok + "Content-Length: 99999\r\n\r\n", Kind::kMalformed, 0, ""},
      {"a huge body in chunks", kStreamHead + chunk(std::string(2000, 'x')) + kLastChunk,
       Kind::kMalformed, 200, ""},
  };
  for (const Answer& test : cases) {
    Server server({answer(test.text)});
    HttpClientOptions options = to(server);
    options.body_bytes_max = 1000;
    const Outcome outcome = run(std::move(options));
    EXPECT_EQ(outcome.error, test.error) << test.name;
    EXPECT_EQ(outcome.status, test.status) << test.name;
    EXPECT_EQ(outcome.body, test.body) << test.name;
  }
}

TEST(HttpClient, AnInterimResponseWithoutEndIsNoAnswer) {
  std::string text;
  for (int i = 0; i < 20; ++i) text += "HTTP/1.1 100 Continue\r\n\r\n";
  Server server({answer(text)});
  EXPECT_EQ(run(to(server)).error, Kind::kMalformed);
}

TEST(HttpClient, AResetIsANetworkError) {
  Server server({[](Socket& socket) {
    Server::read_request(socket);
    Server::write(socket, kStreamHead + chunk("a"));
    Server::reset(socket);
  }});
  EXPECT_EQ(run(to(server)).error, Kind::kNetwork);
}

TEST(HttpClient, NobodyListens) {
  HttpClientOptions options;
  {
    asio::io_context io;
    asio::ip::tcp::acceptor acceptor(io, {asio::ip::address_v4::loopback(), 0});
    const auto port = std::to_string(acceptor.local_endpoint().port());
    options.base = *parse_base_url("http://127.0.0.1:" + port);
  }
  EXPECT_EQ(run(std::move(options)).error, Kind::kNetwork);
}

TEST(HttpClient, SilenceBeforeTheFirstByteTimesOut) {
  Server server({[](Socket& socket) { Server::await_close(socket); }});
  HttpTimes times = kPatient;
  times.first_byte = milliseconds{30};
  EXPECT_EQ(run(to(server, times)).error, Kind::kTimeout);
}

TEST(HttpClient, SilenceInTheStreamTimesOut) {
  Server server({[](Socket& socket) {
    Server::read_request(socket);
    Server::write(socket, kStreamHead + chunk("a"));
    Server::await_close(socket);
  }});
  HttpTimes times = kPatient;
  times.silence = milliseconds{30};
  const Outcome outcome = run(to(server, times));
  EXPECT_EQ(outcome.error, Kind::kTimeout);
  EXPECT_EQ(outcome.body, "a");
}

TEST(HttpClient, AStopClosesTheSocketWhileItWaitsForTheHead) {
  std::stop_source stop;
  std::atomic<bool> closed = false;
  Server server({[&](Socket& socket) {
    Server::read_request(socket);
    stop.request_stop();
    Server::await_close(socket);
    closed = true;
  }});
  EXPECT_EQ(run(to(server), stop.get_token()).error, Kind::kCancelled);
  while (!closed) std::this_thread::yield();  // ends only if the server sees the close
}

TEST(HttpClient, AStopClosesTheSocketInTheStream) {
  std::stop_source stop;
  Server server({[&](Socket& socket) {
    Server::read_request(socket);
    Server::write(socket, kStreamHead + chunk("a"));
    Server::await_close(socket);  // the server's destructor joins: it ends only on the close
  }});
  const Outcome outcome =
      run(to(server), stop.get_token(), [&](const std::string&) { stop.request_stop(); });
  EXPECT_EQ(outcome.error, Kind::kCancelled);
  EXPECT_EQ(outcome.body, "a");
}

TEST(HttpClient, AStopBeforeTheBeginningConnectsToNobody) {
  std::stop_source stop;
  stop.request_stop();
  HttpClientOptions options;
  options.base = *parse_base_url("http://127.0.0.1:1");
  EXPECT_EQ(run(std::move(options), stop.get_token()).error, Kind::kCancelled);
}

TEST(HttpClient, DroppingTheResponseClosesTheSocket) {
  Server server({[](Socket& socket) {
    Server::read_request(socket);
    Server::write(socket, kStreamHead + chunk("a"));
    Server::await_close(socket);
  }});
  const auto client = make_http_client(to(server));
  asio::io_context io;
  auto story = [&]() -> awaitable<void> {
    auto response = co_await (*client)->post({"/", {}, "{}"}, {});
    EXPECT_TRUE(response.has_value());
  };
  asio::co_spawn(make_strand(io.get_executor()), story(), [](std::exception_ptr error) {
    if (error) std::rethrow_exception(error);
  });
  io.run();
}

TEST(HttpClient, FailuresThatNoRetryMends) {
  using From = net_client::HttpError::Kind;
  struct Case {
    From from;
    Kind kind;
    bool retryable;
  };
  const Case cases[] = {
      {From::kConnect, Kind::kNetwork, true},      {From::kProxy, Kind::kNetwork, false},
      {From::kTls, Kind::kNetwork, false},         {From::kTimeout, Kind::kTimeout, true},
      {From::kCut, Kind::kNetwork, true},          {From::kMalformed, Kind::kMalformed, false},
      {From::kCancelled, Kind::kCancelled, false}, {From::kBody, Kind::kNetwork, true},
  };
  for (const Case& test : cases) {
    const ProviderError error = to_provider_error({test.from, "why"});
    EXPECT_EQ(error.kind, test.kind);
    EXPECT_EQ(error.retryable, test.retryable) << static_cast<int>(test.from);
    EXPECT_EQ(error.message, "why");
  }
}

}  // namespace
}  // namespace coditect::providers
