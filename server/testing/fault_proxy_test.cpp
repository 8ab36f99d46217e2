#include "testing/fault_proxy.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <algorithm>
#include <atomic>
#include <thread>

namespace coditect::testing {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;

/// Answers every request with its own body, one after the other, and counts them.
class Echo {
 public:
  Echo() : acceptor_(io_, {asio::ip::address_v4::loopback(), 0}), thread_([this] { serve(); }) {}
  ~Echo() {
    stops_ = true;
    error_code gone;  // it may have been about to end by itself
    {
      tcp::socket wake(io_);
      wake.connect(acceptor_.local_endpoint(), gone);
    }
    thread_.join();
  }
  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  int requests() const { return requests_; }

 private:
  void serve() {
    while (!stops_) {
      tcp::socket socket(io_);
      error_code error;
      acceptor_.accept(socket, error);
      beast::flat_buffer buffer;
      http::request<http::string_body> request;
      http::read(socket, buffer, request, error);
      if (error) continue;
      ++requests_;
      http::response<http::string_body> response(http::status::ok, 11);
      response.body() = request.body();
      response.keep_alive(false);
      response.prepare_payload();
      http::write(socket, response, error);
    }
  }

  asio::io_context io_;
  tcp::acceptor acceptor_;
  std::atomic<bool> stops_ = false;
  std::atomic<int> requests_ = 0;
  std::thread thread_;
};

/// What a client of the proxy gets: the status, or 0 for a connection that ends.
struct Got {
  unsigned status = 0;
  std::string body;
};

Got post(std::uint16_t port, const std::string& body) {
  asio::io_context io;
  tcp::socket socket(io);
  socket.connect({asio::ip::address_v4::loopback(), port});
  http::request<http::string_body> request(http::verb::post, "/", 11);
  request.set(http::field::host, "test");
  request.body() = body;
  request.prepare_payload();
  error_code error;
  http::write(socket, request, error);
  beast::flat_buffer buffer;
  http::response<http::string_body> response;
  http::read(socket, buffer, response, error);
  if (error) return {};
  return {response.result_int(), response.body()};
}

struct Case {
  Fault fault;
  unsigned status;
  int requests;  // that the server sees
};

TEST(FaultProxy, DoesWhatItIsTold) {
  const Case cases[] = {
      {Fault::kNone, 200, 1},      {Fault::kRefuse429, 429, 0},  {Fault::kRefuse503, 503, 0},
      {Fault::kLostRequest, 0, 0}, {Fault::kLostResponse, 0, 1}, {Fault::kCutResponse, 0, 1},
      {Fault::kDuplicate, 200, 2}, {Fault::kReorder, 200, 1},    {Fault::kStall, 0, 0},
      {Fault::kSlow, 200, 1},
  };
  for (const Case& test : cases) {
    Echo echo;
    ScriptedFaults plan;
    plan.script({test.fault});
    FaultProxy proxy({.upstream_port = echo.port(), .stall = std::chrono::milliseconds{10}}, plan);
    const std::string body(5'000, 'x');
    const Got got = post(proxy.port(), body);
    EXPECT_EQ(got.status, test.status) << to_string(test.fault);
    EXPECT_EQ(echo.requests(), test.requests) << to_string(test.fault);
    if (test.status == 200) EXPECT_EQ(got.body, body) << to_string(test.fault);
    EXPECT_EQ(post(proxy.port(), "after").body, "after") << to_string(test.fault);
    EXPECT_EQ(proxy.counts().at(test.fault), test.fault == Fault::kNone ? 2u : 1u);
  }
}

TEST(FaultProxy, AReorderedRequestWaitsForTheNext) {
  Echo echo;
  ScriptedFaults plan;
  plan.script({Fault::kReorder});
  FaultProxy proxy({.upstream_port = echo.port(), .reorder_max = std::chrono::minutes{5}}, plan);
  Got first;
  std::thread earlier([&] { first = post(proxy.port(), "first"); });
  while (!proxy.counts().contains(Fault::kReorder)) std::this_thread::yield();
  EXPECT_EQ(echo.requests(), 0);
  EXPECT_EQ(post(proxy.port(), "second").body, "second");
  earlier.join();  // ends only because the second one has come
  EXPECT_EQ(first.body, "first");
}

TEST(FaultProxy, AStormLastsUntilItIsOver) {
  Echo echo;
  ScriptedFaults plan;
  plan.always(Fault::kRefuse503);
  FaultProxy proxy({.upstream_port = echo.port()}, plan);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(post(proxy.port(), "x").status, 503u);
  plan.always(Fault::kNone);
  EXPECT_EQ(post(proxy.port(), "x").status, 200u);
  EXPECT_EQ(echo.requests(), 1);
}

TEST(FaultProxy, NobodyBehindIt) {
  ScriptedFaults plan;
  std::uint16_t free_port = 0;
  {
    const Echo gone;
    free_port = gone.port();
  }
  FaultProxy proxy({.upstream_port = free_port}, plan);
  EXPECT_EQ(post(proxy.port(), "x").status, 0u);
}

TEST(SeededFaults, TheSameForTheSameSeed) {
  const auto draw = [](std::uint64_t seed) {
    SeededFaults plan(seed, 300, all_faults());
    std::vector<Fault> faults;
    for (int i = 0; i < 2'000; ++i) faults.push_back(plan.next());
    return faults;
  };
  EXPECT_EQ(draw(1), draw(1));
  EXPECT_NE(draw(1), draw(2));
  const auto faults = draw(3);
  const auto none = std::ranges::count(faults, Fault::kNone);
  EXPECT_GT(none, 1'200);
  EXPECT_LT(none, 1'600);
  for (const Fault fault : all_faults()) EXPECT_NE(std::ranges::count(faults, fault), 0);
}

TEST(Fault, NamesComeBack) {
  for (const Fault fault : all_faults()) EXPECT_EQ(parse_fault(to_string(fault)), fault);
  for (const char* name : {"", "lost", "LOST_RESPONSE", "lost_response "}) {
    EXPECT_EQ(parse_fault(name), std::nullopt) << name;
  }
}

}  // namespace
}  // namespace coditect::testing
