#include "net/client/connection.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/http.hpp>

#include <cerrno>
#include <sys/socket.h>

namespace coditect::net_client {

namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;
using Kind = HttpError::Kind;

/// Before there is a connection, whatever ends one means that there is none.
HttpError connect_error(std::string_view stage, const error_code& error) {
  HttpError failed = network_error(stage, error);
  if (failed.kind == Kind::kCut) failed.kind = Kind::kConnect;
  return failed;
}

}  // namespace

Connection::Connection(const asio::any_io_executor& executor, asio::ssl::context& tls,
                       const HttpClientOptions& options)
    : options_(options),
      executor_(executor),
      lookup_(std::make_shared<Lookup>(executor)),
      stream_(executor, tls) {}

awaitable<HttpResult<void>> Connection::open() {
  if (closed_) co_return HttpError{Kind::kConnect, "connect: closed"};
  const std::string host = options_.proxy ? options_.proxy->host : options_.base.host;
  const std::string port = options_.proxy ? options_.proxy->port : options_.base.port;
  if (auto found = co_await look_up(host, port); !found) co_return found;

  error_code error;
  plain().expires_after(options_.times.connect);
  co_await plain().async_connect(lookup_->found, asio::redirect_error(asio::use_awaitable, error));
  if (error) co_return connect_error("connect", error);
  // Requests are written whole; waiting for an acknowledgement first only delays them.
  plain().socket().set_option(asio::ip::tcp::no_delay(true), error);

  if (options_.proxy) {
    if (auto open = co_await tunnel(); !open) co_return open;
  }
  if (options_.base.scheme == Scheme::kHttps) co_return co_await shake_hands();
  co_return HttpResult<void>{};
}

void Connection::close() {
  closed_ = true;
  error_code ignored;  // closing what is closed is what is wanted
  lookup_->resolver.cancel();
  lookup_->done.cancel();
  plain().socket().close(ignored);
}

void Connection::close_for(Lease lease) {
  if (lease == lease_) close();
}

bool Connection::reusable() {
  if (closed_ || !plain().socket().is_open()) return false;
  char byte = 0;
  const auto got =
      ::recv(plain().socket().native_handle(), &byte, sizeof byte, MSG_PEEK | MSG_DONTWAIT);
  return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

awaitable<HttpResult<void>> Connection::look_up(std::string host, std::string port) {
  // The system's resolver blocks a thread of its own and cannot be interrupted, so its handler
  // only leaves the result; whoever waits has a limit and can be woken by close().
  lookup_->done.expires_after(options_.times.connect);
  lookup_->resolver.async_resolve(
      host, port,
      [lookup = lookup_](error_code error, asio::ip::tcp::resolver::results_type found) {
        lookup->error = error;
        lookup->found = std::move(found);
        lookup->done.cancel();
      });
  error_code woken;
  co_await lookup_->done.async_wait(asio::redirect_error(asio::use_awaitable, woken));
  if (closed_) co_return HttpError{Kind::kConnect, "look-up: closed"};
  if (lookup_->error) co_return connect_error("look-up of " + host, lookup_->error);
  co_return HttpResult<void>{};
}

awaitable<HttpResult<void>> Connection::tunnel() {
  const std::string host =
      options_.base.host.contains(':') ? "[" + options_.base.host + "]" : options_.base.host;
  const std::string authority = host + ":" + options_.base.port;
  http::request<http::empty_body> request(http::verb::connect, authority, 11);
  request.set(http::field::host, authority);
  if (!options_.proxy->authorization.empty()) {
    request.set(http::field::proxy_authorization, options_.proxy->authorization);
  }
  error_code error;
  plain().expires_after(options_.times.connect);
  co_await http::async_write(plain(), request, asio::redirect_error(asio::use_awaitable, error));
  if (error) co_return connect_error("write to the proxy", error);

  beast::flat_buffer buffer;
  http::response_parser<http::empty_body> parser;
  parser.skip(true);  // what follows the head is the tunnel
  co_await http::async_read_header(plain(), buffer, parser,
                                   asio::redirect_error(asio::use_awaitable, error));
  if (error) co_return connect_error("read from the proxy", error);
  const unsigned status = parser.get().result_int();
  if (status < 200 || status > 299) {
    const Kind kind = status >= 500 ? Kind::kConnect : Kind::kProxy;
    co_return HttpError{kind, "the proxy refused a tunnel: HTTP " + std::to_string(status)};
  }
  co_return HttpResult<void>{};
}

awaitable<HttpResult<void>> Connection::shake_hands() {
  // The name tells the server which certificate to show; an address has no place there.
  error_code no_address;
  asio::ip::make_address(options_.base.host, no_address);
  if (no_address) SSL_set_tlsext_host_name(stream_.native_handle(), options_.base.host.c_str());
  stream_.set_verify_callback(asio::ssl::host_name_verification(options_.base.host));

  error_code error;
  plain().expires_after(options_.times.connect);
  co_await stream_.async_handshake(asio::ssl::stream_base::client,
                                   asio::redirect_error(asio::use_awaitable, error));
  if (!error) co_return HttpResult<void>{};
  HttpError failed = connect_error("TLS handshake", error);
  if (SSL_get_verify_result(stream_.native_handle()) != X509_V_OK) failed.kind = Kind::kTls;
  co_return failed;
}

}  // namespace coditect::net_client
