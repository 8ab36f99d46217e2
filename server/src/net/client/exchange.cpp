#include "net/client/exchange.h"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http.hpp>

#include <algorithm>

#include "base/limits.h"

namespace coditect::net_client {

namespace {

namespace http = boost::beast::http;
using boost::system::error_code;
using Kind = HttpError::Kind;

// A stream of small events, of which there may be thousands, keeps the least; a body that fills
// what it is given soon has the most.
constexpr std::size_t kReadBytesMin = 4u << 10;
constexpr std::size_t kReadBytesMax = 64u << 10;
constexpr std::size_t kWriteBytes = 256u << 10;  // each has HttpTimes::silence to leave
constexpr int kInterimResponsesMax = 8;          // 100 Continue, 103 Early Hints

HttpError cancelled() { return {Kind::kCancelled, "cancelled"}; }

auto into(error_code& error) { return asio::redirect_error(asio::use_awaitable, error); }

}  // namespace

void Exchange::Close::operator()() const {
  asio::post(executor, [weak = connection, until = lease] {
    if (const auto still_there = weak.lock()) still_there->close_for(until);
  });
}

awaitable<HttpResult<void>> Exchange::start(HttpRequest request) {
  if (stop_.stop_requested()) co_return cancelled();
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  if (auto kept = pool_.take(executor)) {
    use(std::move(kept));
    auto asked = co_await ask(request);
    const bool gone = !asked && asked.error().kind == Kind::kCut && buffer_.size() == 0 &&
                      parser_ && !parser_->got_some();
    if (!gone || request.repeat == Repeat::kNever || request.source) co_return asked;
  }
  use(pool_.make(executor));
  if (auto open = co_await connection_->open(); !open) co_return or_cancelled(open.error());
  co_return co_await ask(request);
}

void Exchange::use(std::shared_ptr<Connection> connection) {
  on_stop_.reset();
  connection_ = std::move(connection);
  on_stop_.emplace(stop_, Close{connection_->executor(), connection_, connection_->lease()});
}

awaitable<HttpResult<void>> Exchange::ask(const HttpRequest& request) {
  buffer_.clear();
  parser_.reset();
  const auto written = co_await write(request);
  if (!written && written.error().kind != Kind::kCut) co_return written;
  // A server may refuse a request before it has read all of it; its answer says more than the
  // broken connection.
  auto answered = co_await read_head(request);
  if (!written && !answered && answered.error().kind != Kind::kCancelled) co_return written;
  if (answered && parser_->is_done()) finish();
  co_return answered;
}

awaitable<HttpResult<void>> Exchange::write(const HttpRequest& request) {
  http::request<http::span_body<const char>> message(http::verb::get,
                                                     options_.base.prefix + request.target, 11);
  message.method_string(request.method);
  message.set(http::field::host, options_.base.host_header());
  message.set(http::field::user_agent, "coditect");
  if (options_.idle_connections_max == 0) message.set(http::field::connection, "close");
  for (const Header& header : request.headers) message.set(header.name, header.value);
  if (request.source) {
    message.content_length(request.source_bytes);
  } else {
    message.body() = {request.body.data(), request.body.size()};
    message.prepare_payload();
  }
  error_code error;
  connection_->expires_after(options_.times.silence);
  http::request_serializer<http::span_body<const char>> serializer(message);
  if (request.source) {
    co_await connection_->on_stream(
        [&](auto& stream) { return http::async_write_header(stream, serializer, into(error)); });
  } else {
    co_await connection_->on_stream(
        [&](auto& stream) { return http::async_write(stream, serializer, into(error)); });
  }
  if (error) co_return or_cancelled(network_error("write", error));
  if (request.source) co_return co_await write_body(request);
  co_return HttpResult<void>{};
}

awaitable<HttpResult<void>> Exchange::write_body(const HttpRequest& request) {
  for (std::uint64_t left = request.source_bytes; left > 0;) {
    const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(left, kWriteBytes));
    const Result<std::string> part = request.source(most);
    if (!part) co_return HttpError{Kind::kBody, part.error().message};
    if (part->empty() || part->size() > most) {
      co_return HttpError{Kind::kBody, "the body has not as many bytes as were announced"};
    }
    error_code error;
    connection_->expires_after(options_.times.silence);
    co_await connection_->on_stream(
        [&](auto& stream) { return asio::async_write(stream, asio::buffer(*part), into(error)); });
    if (error) co_return or_cancelled(network_error("write", error));
    if (stop_.stop_requested()) co_return cancelled();
    left -= part->size();
  }
  co_return HttpResult<void>{};
}

awaitable<HttpResult<void>> Exchange::read_head(const HttpRequest& request) {
  for (int interim = 0; interim <= kInterimResponsesMax; ++interim) {
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(limits::kHttpHeaderBytesMax));
    parser_->body_limit(options_.body_bytes_max);
    if (request.method == "HEAD") parser_->skip(true);
    error_code error;
    connection_->expires_after(options_.times.first_byte);
    co_await connection_->on_stream([&](auto& stream) {
      return http::async_read_header(stream, buffer_, *parser_, into(error));
    });
    if (error) co_return or_cancelled(network_error("read", error));
    if (parser_->get().result_int() < 200) continue;
    head_.status = static_cast<int>(parser_->get().result_int());
    for (const auto& field : parser_->get().base()) {
      head_.headers.push_back({std::string(field.name_string()), std::string(field.value())});
    }
    co_return HttpResult<void>{};
  }
  co_return HttpError{Kind::kMalformed, "too many interim responses"};
}

awaitable<HttpResult<std::string>> Exchange::read() {
  if (pieces_.empty()) pieces_.resize(kReadBytesMin);
  while (!parser_->is_done()) {
    auto& body = parser_->get().body();
    body.data = pieces_.data();
    body.size = pieces_.size();
    body.more = true;
    error_code error;
    connection_->expires_after(options_.times.silence);
    co_await connection_->on_stream([&](auto& stream) {
      return http::async_read_some(stream, buffer_, *parser_, into(error));
    });
    if (error && error != http::error::need_buffer) {
      co_return or_cancelled(network_error("read", error));
    }
    if (stop_.stop_requested()) co_return cancelled();
    const std::size_t size = pieces_.size() - body.size;
    if (parser_->is_done()) finish();
    if (size == 0) continue;
    std::string piece(pieces_.data(), size);
    if (size == pieces_.size()) pieces_.resize(std::min(2 * size, kReadBytesMax));
    co_return piece;
  }
  co_return std::string();
}

void Exchange::finish() {
  on_stop_.reset();
  const bool reusable = parser_->keep_alive() && !parser_->need_eof() && buffer_.size() == 0;
  if (reusable) pool_.give_back(std::move(connection_));
  connection_.reset();
}

HttpError Exchange::or_cancelled(HttpError error) const {
  return stop_.stop_requested() ? cancelled() : std::move(error);
}

}  // namespace coditect::net_client
