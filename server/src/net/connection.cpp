#include "net/connection.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/read.hpp>

#include <array>
#include <exception>

#include "base/check.h"
#include "base/log.h"
#include "net/beast_web_socket.h"
#include "net/body_reader.h"
#include "net/chunked_stream.h"
#include "net/received_request.h"
#include "net/response_head.h"

namespace coditect::net {

namespace http = boost::beast::http;
using boost::system::error_code;

namespace {

constexpr std::size_t kReadBytes = 4u << 10;
constexpr std::size_t kReadBufferSlackBytes = 64u << 10;  // body bytes beside a full header
constexpr std::size_t kJoinedBytesMax = 64u << 10;        // head and body leave in one write
constexpr std::chrono::seconds kDiscardTimeMax{5};

void log_failure(std::string_view task, const std::string& what) {
  spdlog::error("net: {} failed: {}", task, what);
}

/// True for the exception by which close() ends a handler that does not end by itself.
bool is_cancellation(const std::exception& failure) {
  const auto* error = dynamic_cast<const boost::system::system_error*>(&failure);
  return error != nullptr && error->code() == asio::error::operation_aborted;
}

Response handler_failed(const std::exception& failure, std::string_view path) {
  if (!is_cancellation(failure)) {
    spdlog::error("net: the handler of {} failed: {}", path, failure.what());
  }
  return problem(500, {}, "the server failed to answer", "the server's log says more");
}

/// The answer to input that Beast refuses; nothing where the connection itself ended.
std::optional<Response> refusal_of(const error_code& error) {
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    return problem(431, {}, "the request's header is too large");
  }
  if (error == http::error::body_limit) {
    return problem(413, {}, "the request's body is too large");
  }
  const bool is_http = error.category() == make_error_code(http::error::bad_value).category();
  if (!is_http || error == http::error::end_of_stream || error == http::error::partial_message) {
    return std::nullopt;
  }
  return problem(400, {}, "the request is malformed: " + error.message());
}

std::string remote_address_of(const boost::beast::tcp_stream& stream) {
  error_code error;
  const auto endpoint = stream.socket().remote_endpoint(error);
  return error ? std::string() : endpoint.address().to_string();
}

}  // namespace

Connection::Connection(boost::beast::tcp_stream stream, const Strand& strand, Handler& handler,
                       const ServerOptions& options)
    : strand_(strand),
      handler_(handler),
      options_(options),
      remote_address_(remote_address_of(stream)),
      transport_{std::move(stream),
                 boost::beast::flat_buffer(options.header_bytes_max + kReadBufferSlackBytes),
                 options.write_time},
      end_(strand),
      tasks_(strand, log_failure) {}

Connection::~Connection() = default;

awaitable<void> Connection::run(std::shared_ptr<Connection> self) {
  check(self->strand_.running_in_this_thread());
  self->tasks_.spawn("a connection", serve(self));
  co_await self->tasks_.join();
}

awaitable<void> Connection::stop(std::shared_ptr<Connection> self) {
  check(self->strand_.running_in_this_thread());
  self->stopping_ = true;
  if (self->socket_ != nullptr) {
    self->tasks_.spawn("closing a WebSocket", say_goodbye(self));
  } else if (self->idle_) {
    self->transport_.stream.cancel();
  }
  co_await self->wait_for_end();
  self->close_socket();
  // A handler that notices the closed socket cleans up by itself; only one that does not is
  // cancelled.
  co_await self->wait_for_end();
  co_await self->tasks_.close();
}

awaitable<void> Connection::wait_for_end() {
  const auto deadline = std::chrono::steady_clock::now() + options_.close_grace;
  while (!ended_ && std::chrono::steady_clock::now() < deadline) {
    co_await end_.wait_until(deadline);
  }
}

awaitable<void> Connection::serve(std::shared_ptr<Connection> self) {
  Next next = Next::kRequest;
  std::chrono::milliseconds patience = self->options_.header_time;
  while (next == Next::kRequest && !self->stopping_) {
    self->idle_ = true;
    if (!co_await self->wait_for_request(patience)) break;
    next = co_await self->serve_request();
    patience = self->options_.idle_time;
  }
  if (next == Next::kDiscardThenClose) co_await self->discard_input();
  self->close_socket();
  self->ended_ = true;
  self->end_.notify_all();
}

awaitable<void> Connection::say_goodbye(std::shared_ptr<Connection> self) {
  std::string reason = "the server is closing";
  co_await self->socket_->close(CloseCode::kGoingAway, std::move(reason));
}

awaitable<bool> Connection::wait_for_request(std::chrono::milliseconds time_max) {
  if (transport_.buffer.size() > 0) co_return true;
  transport_.stream.expires_after(time_max);
  const auto [error, count] = co_await transport_.stream.async_read_some(
      transport_.buffer.prepare(kReadBytes), asio::as_tuple(asio::use_awaitable));
  transport_.buffer.commit(count);
  co_return !error;
}

awaitable<Connection::Next> Connection::serve_request() {
  ReceivedRequest received(options_);
  transport_.stream.expires_after(options_.header_time);
  const auto [error, count] = co_await http::async_read_header(
      transport_.stream, transport_.buffer, received.parser, asio::as_tuple(asio::use_awaitable));
  idle_ = false;
  if (error) {
    std::optional<Response> refusal = refusal_of(error);
    if (!refusal) co_return Next::kClose;
    co_return co_await write_response(*std::move(refusal), received, Next::kDiscardThenClose);
  }
  if (std::optional<Response> refusal = received.take_head(remote_address_)) {
    co_return co_await write_response(*std::move(refusal), received, Next::kDiscardThenClose);
  }
  std::optional<Response> refusal;
  try {
    refusal = handler_.authorize_head(received.request);
  } catch (const std::exception& failure) {
    refusal = handler_failed(failure, received.request.path);
  }
  if (refusal) co_return co_await refuse(*std::move(refusal), received);
  if (received.request.is_websocket) co_return co_await serve_websocket(received);
  if (handler_.receives(received.request)) {
    BodyReader upload(transport_, received, options_);
    co_return co_await answer(received, &upload);
  }
  if (std::optional<Next> next = co_await read_body(received)) co_return *next;
  co_return co_await answer(received, nullptr);
}

awaitable<std::optional<Connection::Next>> Connection::read_body(ReceivedRequest& received) {
  if (received.request.content_length.value_or(0) > options_.body_bytes_max) {
    Response response = problem(413, {}, "the request's body is too large");
    co_return co_await refuse(std::move(response), received);
  }
  received.parser.body_limit(options_.body_bytes_max);
  if (received.has_body() && received.expects_continue()) {
    std::string go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    if (!co_await transport_.write(std::move(go_on))) co_return Next::kClose;
  }
  if (!received.parser.is_done()) {
    transport_.stream.expires_after(options_.body_time);
    const auto [error, count] = co_await http::async_read(
        transport_.stream, transport_.buffer, received.parser, asio::as_tuple(asio::use_awaitable));
    if (error) {
      std::optional<Response> refusal = refusal_of(error);
      if (!refusal) co_return Next::kClose;
      co_return co_await refuse(*std::move(refusal), received);
    }
  }
  received.request.body = std::move(received.parser.get().body());
  co_return std::nullopt;
}

awaitable<Connection::Next> Connection::answer(ReceivedRequest& received, BodyReader* upload) {
  ChunkedStream::Style style;
  style.framing = received.understands_chunks() ? Framing::kChunked : Framing::kUntilClose;
  const bool keep_alive = keeps_alive(received) && style.framing == Framing::kChunked;
  style.after = keep_alive ? AfterAnswer::kKeepAlive : AfterAnswer::kClose;
  style.body = received.is_head ? ChunkedStream::Body::kLeaveOut : ChunkedStream::Body::kSend;
  const auto stream = std::make_shared<ChunkedStream>(transport_, tasks_, strand_, style);

  std::optional<Response> response = co_await ask_handler(received, upload, *stream);
  if (stream->started()) co_return co_await end_stream(stream, received);
  co_await stream->close();
  const bool unread = upload != nullptr && !upload->at_end();
  const Next next = unread ? Next::kDiscardThenClose : Next::kRequest;
  co_return co_await write_response(*std::move(response), received, next);
}

awaitable<std::optional<Response>> Connection::ask_handler(ReceivedRequest& received,
                                                           BodyReader* upload,
                                                           ChunkedStream& stream) {
  const std::string path = received.request.path;
  std::optional<Response> response;
  try {
    if (upload != nullptr) {
      response = co_await handler_.receive(std::move(received.request), *upload, stream);
    } else {
      response = co_await handler_.handle(std::move(received.request), stream);
    }
    if (!response && !stream.started()) response = problem(500, {}, "the handler gave no answer");
  } catch (const std::exception& failure) {
    response = handler_failed(failure, path);
  }
  co_return response;
}

awaitable<Connection::Next> Connection::end_stream(std::shared_ptr<ChunkedStream> stream,
                                                   const ReceivedRequest& received) {
  if (!stream->finished()) stream->abort();
  co_await stream->close();
  const bool keep_alive = stream->finished() && received.understands_chunks();
  co_return keep_alive&& keeps_alive(received) ? Next::kRequest : Next::kClose;
}

awaitable<Connection::Next> Connection::serve_websocket(ReceivedRequest& received) {
  std::optional<UpgradeAnswer> decided;
  try {
    decided = co_await handler_.upgrade(received.request);
  } catch (const std::exception& failure) {
    decided = handler_failed(failure, received.request.path);
  }
  if (auto* refusal = std::get_if<Response>(&*decided)) {
    co_return co_await refuse(std::move(*refusal), received);
  }
  if (transport_.buffer.size() > 0) {
    Response response = problem(400, {}, "data was sent before the WebSocket was open");
    co_return co_await write_response(std::move(response), received, Next::kDiscardThenClose);
  }
  co_return co_await talk(received, std::get<AcceptUpgrade>(*std::move(decided)).subprotocol);
}

awaitable<Connection::Next> Connection::talk(ReceivedRequest& received, std::string subprotocol) {
  socket_ = std::make_unique<BeastWebSocket>(std::move(transport_.stream), strand_, options_);
  if (!co_await socket_->accept(received.parser.get(), std::move(subprotocol))) {
    co_return Next::kClose;
  }
  CloseCode code = stopping_ ? CloseCode::kGoingAway : CloseCode::kNormal;
  if (!stopping_) {
    try {
      co_await handler_.websocket(received.request, *socket_);
    } catch (const std::exception& failure) {
      if (!is_cancellation(failure)) log_failure("a WebSocket handler", failure.what());
      code = CloseCode::kInternal;
    }
  }
  std::string reason;
  co_await socket_->close(code, std::move(reason));
  co_return Next::kClose;
}

awaitable<Connection::Next> Connection::refuse(Response response, const ReceivedRequest& received) {
  // An unread body stands between this request and the next one.
  const Next next = received.has_body() ? Next::kDiscardThenClose : Next::kRequest;
  co_return co_await write_response(std::move(response), received, next);
}

awaitable<Connection::Next> Connection::write_response(Response response,
                                                       const ReceivedRequest& received, Next next) {
  if (next == Next::kRequest && !keeps_alive(received)) next = Next::kClose;
  ResponseHead head;
  head.status = response.status;
  head.framing = forbids_body(response.status) ? Framing::kNone : Framing::kLength;
  head.content_length = response.body.size();
  head.after = next == Next::kRequest ? AfterAnswer::kKeepAlive : AfterAnswer::kClose;
  std::string bytes = to_bytes(head, response.headers);
  if (received.is_head || head.framing == Framing::kNone) response.body.clear();
  if (response.body.size() <= kJoinedBytesMax) {
    bytes += response.body;
    response.body.clear();
  }
  if (!co_await transport_.write(std::move(bytes))) co_return Next::kClose;
  if (!co_await transport_.write(std::move(response.body))) co_return Next::kClose;
  co_return next;
}

awaitable<void> Connection::discard_input() {
  // Closing with unread input would make the kernel reset the connection, and the client might
  // lose the answer it has not read yet. So: say that we are done, and read on for a while.
  error_code ignored;
  transport_.stream.socket().shutdown(asio::socket_base::shutdown_send, ignored);
  transport_.stream.expires_after(kDiscardTimeMax);
  std::array<char, 16u << 10> unread;
  for (std::size_t discarded = 0; discarded < options_.discard_bytes_max;) {
    const auto [error, count] = co_await transport_.stream.async_read_some(
        asio::buffer(unread), asio::as_tuple(asio::use_awaitable));
    if (error) break;
    discarded += count;
  }
}

bool Connection::keeps_alive(const ReceivedRequest& received) const {
  return received.keep_alive && !stopping_;
}

void Connection::close_socket() {
  if (socket_ != nullptr) {
    socket_->abort();
  } else {
    transport_.close();
  }
}

}  // namespace coditect::net
