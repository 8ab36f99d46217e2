#include "net/beast_web_socket.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/http/field.hpp>

#include <algorithm>

#include "base/check.h"

namespace coditect::net {

namespace websocket = boost::beast::websocket;

namespace {

constexpr std::size_t kCloseReasonBytesMax = 123;  // RFC 6455 section 5.5

/// `text` without its end beyond `bytes_max`, cut between two characters.
std::string_view cut_utf8(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  std::size_t end = bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end);
}

}  // namespace

BeastWebSocket::BeastWebSocket(boost::beast::tcp_stream stream, const Strand& strand,
                               const ServerOptions& options)
    : strand_(strand), stream_(std::move(stream)) {
  // The WebSocket keeps its own time from here on.
  boost::beast::get_lowest_layer(stream_).expires_never();
  websocket::stream_base::timeout timeout;
  timeout.handshake_timeout = options.header_time;
  timeout.idle_timeout = options.socket_silence;
  timeout.keep_alive_pings = true;
  stream_.set_option(timeout);
  stream_.read_message_max(options.socket_message_bytes_max);
  stream_.text(true);
}

awaitable<Result<void>> BeastWebSocket::accept(const HttpRequest& request,
                                               std::string subprotocol) {
  check(strand_.running_in_this_thread());
  subprotocol_ = std::move(subprotocol);
  const auto decorate = [chosen = subprotocol_](websocket::response_type& response) {
    if (chosen.empty()) return;
    response.set(boost::beast::http::field::sec_websocket_protocol, chosen);
  };
  stream_.set_option(websocket::stream_base::decorator(decorate));
  const auto [error] = co_await stream_.async_accept(request, asio::as_tuple(asio::use_awaitable));
  if (error) co_return closed_error(error).in("WebSocket handshake");
  co_return Result<void>();
}

awaitable<Result<std::string>> BeastWebSocket::read() {
  check(strand_.running_in_this_thread());
  const auto [error, count] =
      co_await stream_.async_read(buffer_, asio::as_tuple(asio::use_awaitable));
  if (error) co_return closed_error(error);
  if (!stream_.got_text()) {
    std::string reason = "only text messages are understood";
    co_await close(CloseCode::kUnsupportedData, std::move(reason));
    co_return unavailable("the client sent a binary message");
  }
  std::string text = boost::beast::buffers_to_string(buffer_.cdata());
  buffer_.consume(buffer_.size());
  co_return text;
}

awaitable<Result<void>> BeastWebSocket::write(std::string text) {
  check(strand_.running_in_this_thread());
  if (!is_open()) co_return unavailable("the WebSocket is closed");
  const auto [error, count] =
      co_await stream_.async_write(asio::buffer(text), asio::as_tuple(asio::use_awaitable));
  if (error) co_return closed_error(error);
  co_return Result<void>();
}

awaitable<void> BeastWebSocket::close(CloseCode code, std::string reason) {
  check(strand_.running_in_this_thread());
  if (!is_open()) co_return;
  closing_ = true;
  const std::string_view cut = cut_utf8(reason, kCloseReasonBytesMax);
  const websocket::close_reason because(static_cast<websocket::close_code>(code),
                                        boost::beast::string_view(cut));
  // A client that is gone already needs no goodbye: the result says nothing that read() does not.
  co_await stream_.async_close(because, asio::as_tuple(asio::use_awaitable));
}

void BeastWebSocket::abort() { boost::beast::get_lowest_layer(stream_).close(); }

Error BeastWebSocket::closed_error(const boost::system::error_code& error) const {
  if (error == websocket::error::closed && !closing_) {
    return unavailable("the client closed the WebSocket with code " +
                       std::to_string(stream_.reason().code));
  }
  return unavailable("the WebSocket is closed: " + error.message());
}

}  // namespace coditect::net
