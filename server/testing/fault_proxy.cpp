#include "testing/fault_proxy.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <algorithm>
#include <sstream>
#include <thread>

#include "async/strand.h"

namespace coditect::testing {

namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;

using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;

constexpr std::size_t kSlowPieceBytes = 1000;
constexpr std::size_t kSlowPiecesMax = 20;  // then the rest at once
constexpr std::chrono::milliseconds kSlowPause{1};

auto into(error_code& error) { return asio::redirect_error(asio::use_awaitable, error); }

/// A message as it goes over the wire.
template <class Message>
std::string wire_text(const Message& message) {
  std::ostringstream text;
  text << message;
  return std::move(text).str();
}

Response refusal(unsigned status, unsigned version) {
  Response response{http::int_to_status(status), version};
  response.set(http::field::retry_after, "0");
  response.body() = "refused on the way";
  response.prepare_payload();
  return response;
}

}  // namespace

/// Everything that the proxy's thread touches.
class FaultProxy::Server {
 public:
  Server(const Options& options, FaultPlan& plan)
      : options_(options),
        plan_(plan),
        acceptor_(io_, {asio::ip::address_v4::loopback(), options.listen_port}),
        upstream_(asio::ip::make_address(options.upstream_host), options.upstream_port) {
    asio::co_spawn(io_, accept(*this), rethrow);
    thread_ = std::jthread([this] { io_.run(); });
  }
  ~Server() { io_.stop(); }

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

  std::map<Fault, std::size_t> counts() const {
    const std::lock_guard guard(mutex_);
    return counts_;
  }

 private:
  static void rethrow(std::exception_ptr error) {
    if (error) std::rethrow_exception(error);
  }

  static awaitable<void> accept(Server& self) {
    for (;;) {
      error_code error;
      tcp::socket socket = co_await self.acceptor_.async_accept(into(error));
      if (error == asio::error::operation_aborted) co_return;
      if (!error) asio::co_spawn(self.io_, self.serve(std::move(socket)), rethrow);
    }
  }

  awaitable<void> serve(tcp::socket client) {
    beast::flat_buffer buffer;
    for (;;) {
      http::request_parser<http::string_body> parser;
      parser.body_limit(options_.body_bytes_max);
      error_code error;
      co_await http::async_read(client, buffer, parser, into(error));
      if (error) co_return;
      const Fault fault = plan_.next();
      count(fault);
      const bool goes_on = co_await answer(client, parser.release(), fault);
      if (!goes_on) co_return;
    }
  }

  /// Whether the connection can be used for another request.
  awaitable<bool> answer(tcp::socket& client, Request request, Fault fault) {
    const bool keep = request.keep_alive();
    switch (fault) {
      case Fault::kRefuse429: co_return co_await write(client, refusal(429, request.version()));
      case Fault::kRefuse503: co_return co_await write(client, refusal(503, request.version()));
      case Fault::kLostRequest: co_return false;
      case Fault::kStall: co_await pause(options_.stall); co_return false;
      case Fault::kReorder: co_await wait_for_next(); break;
      default: break;
    }
    std::optional<Response> response = co_await forward(request);
    if (fault == Fault::kDuplicate) co_await forward(request);
    ++answered_;
    if (!response || fault == Fault::kLostResponse) co_return false;
    response->keep_alive(keep);
    if (fault == Fault::kCutResponse) co_return co_await write_half(client, *response);
    if (fault == Fault::kSlow) co_return co_await write_slowly(client, *response);
    co_return co_await write(client, *response);
  }

  /// Asks the server on a connection of its own; nothing where it does not answer.
  awaitable<std::optional<Response>> forward(Request request) {
    tcp::socket server(io_);
    error_code error;
    co_await server.async_connect(upstream_, into(error));
    if (error) co_return std::nullopt;
    request.keep_alive(false);
    request.erase(http::field::expect);
    const std::string text = wire_text(request);
    co_await asio::async_write(server, asio::buffer(text), into(error));
    if (error) co_return std::nullopt;
    beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.body_limit(options_.body_bytes_max);
    parser.skip(request.method() == http::verb::head);
    co_await http::async_read(server, buffer, parser, into(error));
    if (error) co_return std::nullopt;
    Response response = parser.release();
    const bool bodiless = request.method() == http::verb::head || response.result_int() == 204;
    if (!bodiless && response.chunked()) {
      response.chunked(false);
      response.content_length(response.body().size());
    }
    co_return response;
  }

  awaitable<bool> write(tcp::socket& client, Response response) {
    const bool keep = response.keep_alive();
    const std::string text = wire_text(response);
    error_code error;
    co_await asio::async_write(client, asio::buffer(text), into(error));
    co_return keep && !error;
  }

  awaitable<bool> write_half(tcp::socket& client, Response response) {
    const std::string text = wire_text(response);
    error_code gone;  // a client that hangs up first has met a cut as well
    co_await asio::async_write(client, asio::buffer(text, text.size() / 2), into(gone));
    co_return false;
  }

  awaitable<bool> write_slowly(tcp::socket& client, Response response) {
    const std::string text = wire_text(response);
    std::size_t written = 0;
    error_code error;
    for (std::size_t piece = 0; written < text.size() && !error; ++piece) {
      const std::size_t rest = text.size() - written;
      const std::size_t size = piece < kSlowPiecesMax ? std::min(kSlowPieceBytes, rest) : rest;
      co_await asio::async_write(client, asio::buffer(text.data() + written, size), into(error));
      written += size;
      co_await pause(kSlowPause);
    }
    co_return response.keep_alive() && !error;
  }

  awaitable<void> pause(std::chrono::milliseconds time) {
    asio::steady_timer timer(io_, time);
    error_code ignored;  // it is never cancelled
    co_await timer.async_wait(into(ignored));
  }

  /// Until another request has been answered, or too long.
  awaitable<void> wait_for_next() {
    const auto deadline = std::chrono::steady_clock::now() + options_.reorder_max;
    const std::size_t before = answered_;
    while (answered_ == before && std::chrono::steady_clock::now() < deadline) {
      co_await pause(std::chrono::milliseconds{1});
    }
  }

  void count(Fault fault) {
    const std::lock_guard guard(mutex_);
    ++counts_[fault];
  }

  // Constant after construction.
  const Options options_;
  FaultPlan& plan_;
  // Touched only on thread_ once it runs.
  asio::io_context io_{1};
  tcp::acceptor acceptor_;
  const tcp::endpoint upstream_;
  std::size_t answered_ = 0;
  // Guarded by mutex_.
  mutable std::mutex mutex_;
  std::map<Fault, std::size_t> counts_;
  // Last: joined before anything that it touches goes.
  std::jthread thread_;
};

FaultProxy::FaultProxy(const Options& options, FaultPlan& plan)
    : server_(std::make_unique<Server>(options, plan)) {}

FaultProxy::~FaultProxy() = default;

std::uint16_t FaultProxy::port() const { return server_->port(); }

std::map<Fault, std::size_t> FaultProxy::counts() const { return server_->counts(); }

}  // namespace coditect::testing
