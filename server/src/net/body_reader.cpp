#include "net/body_reader.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/read.hpp>

namespace coditect::net {

namespace http = boost::beast::http;
using boost::system::error_code;

namespace {

constexpr std::size_t kPieceBytes = 64u << 10;

}  // namespace

BodyReader::BodyReader(HttpTransport& transport, ReceivedRequest& received,
                       const ServerOptions& options)
    : transport_(transport),
      silence_max_(options.body_time),
      wants_go_ahead_(received.has_body() && received.expects_continue()),
      parser_(std::move(received.parser)) {
  parser_.body_limit(boost::none);  // whoever takes it counts
}

awaitable<Result<std::string>> BodyReader::read() {
  if (failed_) co_return *failed_;
  if (wants_go_ahead_) {
    wants_go_ahead_ = false;
    std::string go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    auto sent = co_await transport_.write(std::move(go_on));
    if (!sent) failed_ = std::move(sent).error();
  }
  while (!failed_ && !parser_.is_done()) {
    auto piece = co_await read_some();
    if (!piece) {
      failed_ = std::move(piece).error();
    } else if (!piece->empty()) {
      co_return std::move(piece);
    }
  }
  if (failed_) co_return *failed_;
  co_return std::string();
}

awaitable<Result<std::string>> BodyReader::read_some() {
  std::string piece(kPieceBytes, '\0');
  auto& body = parser_.get().body();
  body.data = piece.data();
  body.size = piece.size();
  body.more = true;
  transport_.stream.expires_after(silence_max_);
  auto [error, count] = co_await http::async_read_some(
      transport_.stream, transport_.buffer, parser_, asio::as_tuple(asio::use_awaitable));
  if (error == http::error::need_buffer) error = {};  // the piece is full
  if (error) {
    const bool gone = error == http::error::partial_message ||
                      error == http::error::end_of_stream ||
                      error.category() != make_error_code(http::error::bad_value).category();
    if (gone) co_return unavailable("the request broke off: " + error.message());
    co_return invalid("the request's body is malformed: " + error.message());
  }
  piece.resize(piece.size() - parser_.get().body().size);
  co_return piece;
}

}  // namespace coditect::net
