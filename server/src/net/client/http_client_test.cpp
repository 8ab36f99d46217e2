#include "net/client/http_client.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "net/client/testing/scripted_server.h"

namespace coditect::net_client {
namespace {

using Kind = HttpError::Kind;
using Server = ScriptedServer;
using Socket = ScriptedServer::Socket;
using std::chrono::seconds;

const std::string kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// A client of `server` and the thread of its requests; ask() is one exchange to its end.
class Asker {
 public:
  struct Answer {
    std::optional<Kind> error;
    int status = 0;
    std::string body;
  };

  explicit Asker(const Server& server, std::size_t idle_connections_max = 4) {
    auto client = make_http_client({.base = *parse_base_url(server.url()),
                                    .times = {seconds{20}, seconds{20}, seconds{20}},
                                    .body_bytes_max = 1u << 20,
                                    .idle_connections_max = idle_connections_max});
    client_ = *std::move(client);
  }

  Answer ask(HttpRequest request) {
    Answer answer;
    run(exchange(*client_, std::move(request), answer));
    return answer;
  }
  void run(awaitable<void> story) {
    std::exception_ptr failure;
    asio::co_spawn(strand_, std::move(story), [&](std::exception_ptr error) { failure = error; });
    io_.restart();
    io_.run();
    if (failure) std::rethrow_exception(failure);
  }
  HttpClient& client() { return *client_; }

 private:
  static awaitable<void> exchange(HttpClient& client, HttpRequest request, Answer& answer) {
    auto response = co_await client.send(std::move(request), {});
    if (!response) {
      answer.error = response.error().kind;
      co_return;
    }
    answer.status = (*response)->head().status;
    auto body = co_await read_all(**response, 1u << 20);
    if (body) {
      answer.body = *body;
    } else {
      answer.error = body.error().kind;
    }
  }

  asio::io_context io_;
  Strand strand_ = make_strand(io_.get_executor());
  std::unique_ptr<HttpClient> client_;
};

/// Answers the requests of one connection with `answers`, in order, and counts them.
Server::Script serve(std::vector<std::string> answers, std::vector<std::string>& requests) {
  return [answers = std::move(answers), &requests](Socket& socket) {
    for (const std::string& answer : answers) {
      requests.push_back(Server::read_request(socket));
      Server::write(socket, answer);
    }
  };
}

TEST(HttpClient, SendsAnyMethod) {
  for (const std::string method : {"GET", "PUT", "DELETE", "PATCH", "POST"}) {
    std::vector<std::string> requests;
    Server server({serve({kOk}, requests)});
    Asker asker(server);
    const auto answer = asker.ask({.method = method, .target = "/a?b=c", .headers = {{"x", "y"}}});
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "ok");
    ASSERT_EQ(requests.size(), 1u);
    EXPECT_TRUE(requests[0].starts_with(method + " /a?b=c HTTP/1.1\r\n")) << requests[0];
    EXPECT_TRUE(requests[0].contains("x: y\r\n")) << requests[0];
    EXPECT_FALSE(requests[0].contains("Connection: close")) << requests[0];
  }
}

TEST(HttpClient, AHeadHasNoBodyWhateverItsLengthSays) {
  std::vector<std::string> requests;
  Server server({serve({"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n", kOk}, requests)});
  Asker asker(server);
  EXPECT_EQ(asker.ask({.method = "HEAD", .target = "/"}).body, "");
  EXPECT_EQ(asker.ask({.target = "/"}).body, "ok");
}

TEST(HttpClient, KeepsItsConnection) {
  std::vector<std::string> requests;
  const std::string none = "HTTP/1.1 204 No Content\r\n\r\n";
  const std::string chunked = kStreamHead + chunk("ok") + kLastChunk;
  Server server({serve({kOk, chunked, none, kOk}, requests)});  // accepts only once
  Asker asker(server);
  EXPECT_EQ(asker.ask({.target = "/1"}).body, "ok");
  EXPECT_EQ(asker.ask({.target = "/2"}).body, "ok");
  EXPECT_EQ(asker.ask({.target = "/3"}).status, 204);
  EXPECT_EQ(asker.ask({.target = "/4"}).body, "ok");
  EXPECT_EQ(requests.size(), 4u);
}

TEST(HttpClient, AsksToCloseWhereItKeepsNothing) {
  std::vector<std::string> requests;
  Server server({serve({kOk}, requests), serve({kOk}, requests)});
  Asker asker(server, 0);
  EXPECT_EQ(asker.ask({.target = "/"}).body, "ok");
  EXPECT_EQ(asker.ask({.target = "/"}).body, "ok");
  EXPECT_TRUE(requests.at(1).contains("Connection: close\r\n"));
}

TEST(HttpClient, LeavesAConnectionThatTheServerClosed) {
  struct Case {
    const char* name;
    std::string answer;
  };
  const Case cases[] = {
      {"says so", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"},
      {"says more than it should", kOk + "more"},
      {"ends the body with the connection", "HTTP/1.1 200 OK\r\n\r\nok"},
  };
  for (const Case& test : cases) {
    std::vector<std::string> requests;
    Server server({serve({test.answer}, requests), serve({kOk}, requests)});
    Asker asker(server);
    EXPECT_EQ(asker.ask({.target = "/"}).body, "ok") << test.name;
    // Not repeatable: only a new connection from the beginning gives an answer.
    EXPECT_EQ(asker.ask({.method = "POST", .target = "/"}).body, "ok") << test.name;
  }
}

/// A server that closes a kept connection when the second request is there, without an answer.
std::vector<Server::Script> stale(std::vector<std::string>& requests) {
  return {[&requests](Socket& socket) {
            requests.push_back(Server::read_request(socket));
            Server::write(socket, kOk);
            requests.push_back(Server::read_request(socket));
          },
          serve({kOk}, requests)};
}

TEST(HttpClient, RepeatsWhatIsSafeOnAStaleConnection) {
  std::vector<std::string> requests;
  Server server(stale(requests));
  Asker asker(server);
  EXPECT_EQ(asker.ask({.target = "/1"}).body, "ok");
  EXPECT_EQ(asker.ask({.target = "/2", .repeat = Repeat::kSafe}).body, "ok");
  ASSERT_EQ(requests.size(), 3u);
  EXPECT_EQ(requests[1], requests[2]);
}

TEST(HttpClient, NeverRepeatsWhatIsNot) {
  std::vector<std::string> requests;
  Server server(stale(requests));
  Asker asker(server);
  EXPECT_EQ(asker.ask({.target = "/1"}).body, "ok");
  EXPECT_EQ(asker.ask({.method = "POST", .target = "/2"}).error, Kind::kCut);
  EXPECT_EQ(requests.size(), 2u);
  EXPECT_EQ(asker.ask({.target = "/3"}).body, "ok");
}

TEST(HttpClient, DoesNotRepeatOnceAnAnswerHasBegun) {
  std::vector<std::string> requests;
  Server server({serve({kOk, "HTTP/1.1 200"}, requests)});
  Asker asker(server);
  EXPECT_EQ(asker.ask({.target = "/1"}).body, "ok");
  EXPECT_EQ(asker.ask({.target = "/2", .repeat = Repeat::kSafe}).error, Kind::kCut);
}

/// The bytes of `text`, at most `step` at a time.
BodySource pieces(std::string text, std::size_t step) {
  return [text = std::move(text), step, at = std::size_t{0}](std::size_t bytes_max) mutable {
    std::string part = text.substr(at, std::min(bytes_max, step));
    at += part.size();
    return Result<std::string>(std::move(part));
  };
}

TEST(HttpClient, StreamsABody) {
  std::string content(300'000, 'x');
  content.back() = 'y';
  std::vector<std::string> requests;
  Server server({serve({kOk}, requests)});
  Asker asker(server);
  HttpRequest request{.method = "PUT", .target = "/"};
  request.source = pieces(content, 1000);
  request.source_bytes = content.size();
  EXPECT_EQ(asker.ask(std::move(request)).body, "ok");
  EXPECT_TRUE(requests.at(0).contains("Content-Length: 300000\r\n"));
  EXPECT_TRUE(requests.at(0).ends_with("\r\n\r\n" + content));
}

TEST(HttpClient, AStreamOfTheWrongLengthOrThatFails) {
  const BodySource sources[] = {
      pieces("too short", 4),
      [](std::size_t bytes_max) { return Result<std::string>(std::string(bytes_max + 1, 'x')); },
      [](std::size_t) { return Result<std::string>(internal("the disk is broken")); },
  };
  for (const BodySource& source : sources) {
    Server server({[](Socket& socket) { Server::await_close(socket); }});
    Asker asker(server);
    HttpRequest request{.method = "PUT", .target = "/"};
    request.source = source;
    request.source_bytes = 100;
    EXPECT_EQ(asker.ask(std::move(request)).error, Kind::kBody);
  }
}

TEST(HttpClient, HearsARefusalBeforeTheBodyIsSent) {
  Server server({[](Socket& socket) {
    std::string head;
    asio::read_until(socket, asio::dynamic_buffer(head), "\r\n\r\n");
    Server::write(socket, "HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n");
    socket.shutdown(Socket::shutdown_send);
    Server::await_close(socket);
  }});
  Asker asker(server);
  HttpRequest request{.method = "PUT", .target = "/"};
  request.source = [](std::size_t bytes_max) {
    return Result<std::string>(std::string(bytes_max, 'x'));
  };
  request.source_bytes = 4u << 20;
  EXPECT_EQ(asker.ask(std::move(request)).status, 413);
}

awaitable<void> drop_one_and_ask(HttpClient& client) {
  {
    auto half = co_await client.send({.target = "/1"}, {});
    EXPECT_TRUE(half.has_value());
  }
  auto whole = co_await client.send({.target = "/2"}, {});
  EXPECT_TRUE(whole.has_value());
  if (!whole) co_return;
  const auto body = co_await read_all(**whole, 100);
  EXPECT_EQ(body.value_or("error"), "ok");
}

TEST(HttpClient, AnAnswerThatNobodyReadsToItsEndIsNotKept) {
  std::vector<std::string> requests;
  Server server({[](Socket& socket) {
                   Server::read_request(socket);
                   Server::write(socket, kStreamHead + chunk("a"));
                   Server::await_close(socket);
                 },
                 serve({kOk}, requests)});
  Asker asker(server);
  asker.run(drop_one_and_ask(asker.client()));
}

awaitable<void> stop_after_the_end(HttpClient& client) {
  std::stop_source stop;
  auto first = co_await client.send({.target = "/1"}, stop.get_token());
  EXPECT_TRUE(first.has_value());
  if (!first) co_return;
  EXPECT_EQ((co_await read_all(**first, 100)).value_or("error"), "ok");
  stop.request_stop();
  auto second = co_await client.send({.target = "/2"}, {});
  EXPECT_TRUE(second.has_value());
  if (!second) co_return;
  EXPECT_EQ((co_await read_all(**second, 100)).value_or("error"), "ok");
}

TEST(HttpClient, AStopAfterTheEndDoesNotHitTheNextExchange) {
  std::vector<std::string> requests;
  Server server({serve({kOk, kOk}, requests)});
  Asker asker(server);
  asker.run(stop_after_the_end(asker.client()));
  EXPECT_EQ(requests.size(), 2u);
}

TEST(HttpClient, TooLongForItsReader) {
  std::vector<std::string> requests;
  Server server({serve({kOk}, requests)});
  Asker asker(server);
  auto story = [](HttpClient& client) -> awaitable<void> {
    auto response = co_await client.send({.target = "/"}, {});
    EXPECT_TRUE(response.has_value());
    if (!response) co_return;
    const auto body = co_await read_all(**response, 1);
    EXPECT_EQ(body.error().kind, Kind::kMalformed);
  };
  asker.run(story(asker.client()));
}

}  // namespace
}  // namespace coditect::net_client
