#include "tools/network/proxy_connection.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/write.hpp>

#include <array>
#include <vector>

#include "tools/network/network_limits.h"

namespace coditect::tools {

namespace {

namespace http = boost::beast::http;
using boost::system::error_code;

constexpr std::size_t kPieceBytes = 16u << 10;
constexpr std::string_view kTunnelOpen = "HTTP/1.1 200 Connection established\r\n\r\n";

auto into(error_code& error) { return asio::redirect_error(asio::use_awaitable, error); }

std::string_view reason_of(unsigned status) {
  switch (status) {
    case 400: return "Bad Request";
    case 403: return "Forbidden";
    case 431: return "Request Header Fields Too Large";
    default: return "Bad Gateway";
  }
}

std::string refusal(unsigned status, const std::string& why) {
  const std::string body = "coditect: " + why + "\n";
  return "HTTP/1.1 " + std::to_string(status) + " " + std::string(reason_of(status)) +
         "\r\nContent-Type: text/plain; charset=utf-8\r\nX-Coditect-Refused: " + why +
         "\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         body;
}

}  // namespace

ProxyConnection::Received::Received() {
  parser.header_limit(limits::kProxyHeadBytesMax);
  parser.body_limit(boost::none);
}

ProxyConnection::ProxyConnection(Socket client, Parts parts)
    : parts_(std::move(parts)),
      client_(std::move(client)),
      upstream_(client_.get_executor()),
      silence_(client_.get_executor()) {}

ProxyConnection::~ProxyConnection() { parts_.on_end(); }

void ProxyConnection::close() {
  error_code ignored;  // closing what is closed is what is wanted
  client_.close(ignored);
  upstream_.close(ignored);
  silence_.cancel();
}

void ProxyConnection::arm(std::chrono::milliseconds time, OnSilence then) {
  silence_.expires_after(time);
  silence_.async_wait([weak = weak_from_this(), then](error_code cancelled) {
    const auto self = weak.lock();
    if (cancelled || !self) return;
    if (then == OnSilence::kClose) return self->close();
    error_code ignored;
    self->upstream_.close(ignored);
  });
}

awaitable<void> ProxyConnection::run(std::shared_ptr<ProxyConnection> self) {
  auto received = std::make_unique<Received>();
  error_code error;
  self->arm(limits::kProxyHeadTimeMax);
  co_await http::async_read_header(self->client_, received->buffer, received->parser, into(error));
  if (error == http::error::header_limit) {
    co_return co_await self->refuse(431, "the head of the request is too long");
  }
  if (error && error.category() != http::make_error_code(http::error::bad_method).category()) {
    co_return self->close();
  }
  if (error == http::error::end_of_stream) co_return self->close();
  if (error) co_return co_await self->refuse(400, "not a request");
  const auto request = ProxyRequest::understand(received->parser.get().base());
  if (!request) {
    self->parts_.visits->add({"", 0, Visit::Outcome::kRefused, request.error().message});
    co_return co_await self->refuse(400, request.error().message);
  }
  self->arm(limits::kProxyConnectTimeMax, OnSilence::kGiveUpConnecting);
  auto reached = co_await self->reach(request->to);
  self->arm(limits::kProxySilenceMax);
  if (!reached) {
    const unsigned status = reached.error().code == Errc::kDenied ? 403 : 502;
    co_return co_await self->refuse(status, reached.error().message);
  }
  if (request->kind == ProxyRequest::Kind::kTunnel) {
    co_return co_await tunnel(std::move(self), std::move(received));
  }
  request->rewrite(received->parser.get().base());
  self->parts_.tasks.spawn("proxy request", send_request(self, std::move(received)));
  co_await copy(self, self->upstream_, self->client_);
  // The answer is over, so nothing that the client still sends belongs to this request.
  error_code ignored;
  self->upstream_.close(ignored);
}

awaitable<void> ProxyConnection::tunnel(std::shared_ptr<ProxyConnection> self,
                                        std::unique_ptr<Received> received) {
  error_code error;
  co_await asio::async_write(self->client_, asio::buffer(kTunnelOpen), into(error));
  if (!error) {
    co_await asio::async_write(self->upstream_, received->buffer.data(), into(error));
  }
  if (error) co_return self->close();
  received.reset();
  self->parts_.tasks.spawn("proxy tunnel", copy(self, self->client_, self->upstream_));
  co_await copy(self, self->upstream_, self->client_);
}

awaitable<Result<void>> ProxyConnection::reach(HostPort to) {
  auto found = co_await addresses(to);
  if (!found) {
    const bool denied = found.error().code == Errc::kDenied;
    const auto outcome = denied ? Visit::Outcome::kRefused : Visit::Outcome::kAllowed;
    parts_.visits->add({to.host, to.port, outcome, found.error().message});
    co_return std::move(found).error().in(to.text());
  }
  error_code error = asio::error::host_not_found;
  for (const asio::ip::address& address : *found) {
    if (!client_.is_open()) break;
    upstream_ = Socket(client_.get_executor());
    co_await upstream_.async_connect({address, to.port}, into(error));
    if (!error || error == asio::error::operation_aborted) break;
  }
  if (!error && !client_.is_open()) error = asio::error::operation_aborted;
  Visit visit{to.host, to.port, Visit::Outcome::kAllowed, {}};
  if (error) visit.why = "could not be reached";
  parts_.visits->add(std::move(visit));
  if (error) co_return unavailable(to.text() + " could not be reached: " + error.message());
  upstream_.set_option(asio::ip::tcp::no_delay(true), error);
  client_.set_option(asio::ip::tcp::no_delay(true), error);
  co_return Result<void>{};
}

awaitable<Result<std::vector<asio::ip::address>>> ProxyConnection::addresses(HostPort to) {
  if (!parts_.allowed.allows(to)) {
    co_return Error{Errc::kDenied, "not on the list of hosts for commands", {}};
  }
  std::vector<asio::ip::address> found;
  if (const auto literal = to.address()) {
    found.push_back(*literal);
  } else {
    CO_TRY(found, co_await parts_.look_up(to.host));
  }
  std::erase_if(found, [&](const asio::ip::address& each) {
    return !parts_.allowed.allows_address(each, to.port);
  });
  if (found.empty()) {
    co_return Error{Errc::kDenied, "leads to an address that is not public", {}};
  }
  if (found.size() > limits::kProxyAddressesMax) found.resize(limits::kProxyAddressesMax);
  co_return found;
}

awaitable<void> ProxyConnection::refuse(unsigned status, std::string why) {
  error_code error;
  const std::string answer = refusal(status, why);
  arm(limits::kProxyFarewellMax);
  co_await asio::async_write(client_, asio::buffer(answer), into(error));
  client_.shutdown(Socket::shutdown_send, error);
  // Closing while the client still sends would take the answer from it.
  std::array<char, 4096> unread;
  while (!error) co_await client_.async_read_some(asio::buffer(unread), into(error));
  close();
}

awaitable<void> ProxyConnection::copy(std::shared_ptr<ProxyConnection> self, Socket& from,
                                      Socket& to) {
  std::vector<char> piece(kPieceBytes);
  error_code error;
  while (true) {
    const std::size_t size = co_await from.async_read_some(asio::buffer(piece), into(error));
    if (error) break;
    co_await asio::async_write(to, asio::buffer(piece.data(), size), into(error));
    if (error) break;
    self->arm(limits::kProxySilenceMax);
  }
  if (error != asio::error::eof) co_return self->close();
  to.shutdown(Socket::shutdown_send, error);
}

awaitable<void> ProxyConnection::send_request(std::shared_ptr<ProxyConnection> self,
                                              std::unique_ptr<Received> received) {
  Parser& parser = received->parser;
  auto& body = parser.get().body();
  body.data = nullptr;
  body.size = 0;
  body.more = !parser.is_done();
  http::request_serializer<http::buffer_body> serializer(parser.get());
  error_code error;
  co_await http::async_write_header(self->upstream_, serializer, into(error));
  std::vector<char> piece(kPieceBytes);
  while (!error && !serializer.is_done()) {
    body.data = nullptr;
    body.size = 0;
    if (!parser.is_done()) {
      body.data = piece.data();
      body.size = piece.size();
      co_await http::async_read(self->client_, received->buffer, parser, into(error));
      if (error == http::error::need_buffer) error = {};
      if (error) break;
      body.size = piece.size() - body.size;
      body.data = piece.data();
    }
    body.more = !parser.is_done();
    co_await http::async_write(self->upstream_, serializer, into(error));
    if (error == http::error::need_buffer) error = {};
    self->arm(limits::kProxySilenceMax);
  }
  if (error) self->close();
}

}  // namespace coditect::tools
