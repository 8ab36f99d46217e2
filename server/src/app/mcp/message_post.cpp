#include "app/mcp/message_post.h"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <array>
#include <vector>

#include "providers/wire/sse_parser.h"

namespace coditect::app {

namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;

/// The server sends at least a comment well within this.
constexpr std::chrono::seconds kSilenceMax{60};
constexpr std::size_t kReadBytes = 16u << 10;

using Parser = http::response_parser<http::buffer_body>;

/// Reads the body piece by piece; false, and why, where the connection breaks.
template <class Take>
Result<void> read_body(ClientStream& stream, beast::flat_buffer& buffer, Parser& parser,
                       const net_client::BaseUrl& url, const Take& take) {
  std::array<char, kReadBytes> piece;
  while (!parser.is_done()) {
    parser.get().body().data = piece.data();
    parser.get().body().size = piece.size();
    boost::system::error_code error;
    http::read(stream, buffer, parser, error);
    if (error == http::error::need_buffer) error = {};
    if (error) return connection_error(url, error);
    TRY_VOID(take(std::string_view(piece.data(), piece.size() - parser.get().body().size)));
  }
  return {};
}

}  // namespace

Result<MessagePost::Answer> MessagePost::send(const std::string& method, const std::string& target,
                                              const net::Headers& headers, const std::string& body,
                                              const Hear& hear) {
  TRY(std::unique_ptr<ClientStream> stream, ClientStream::connect(client_.url(), kSilenceMax));
  ClientStream& connected = *stream;
  {
    const std::lock_guard lock(mutex_);
    if (interrupted_) return Error{Errc::kCancelled, "cancelled", {}};
    stream_ = std::move(stream);
  }
  auto answer = exchange(connected, method, target, headers, body, hear);
  const std::lock_guard lock(mutex_);
  stream_.reset();
  if (!answer && interrupted_) return Error{Errc::kCancelled, "cancelled", {}};
  return answer;
}

void MessagePost::interrupt() {
  const std::lock_guard lock(mutex_);
  interrupted_ = true;
  if (stream_ != nullptr) stream_->interrupt();
}

Result<MessagePost::Answer> MessagePost::exchange(ClientStream& stream, const std::string& method,
                                                  const std::string& target,
                                                  const net::Headers& headers,
                                                  const std::string& body, const Hear& hear) {
  http::request<http::string_body> request;
  request.method_string(method);
  request.target(client_.url().prefix + target);
  request.set(http::field::host, client_.url().host_header());
  request.set(http::field::authorization, "Bearer " + client_.token());
  request.set(http::field::accept, "application/json, text/event-stream");
  if (!body.empty()) request.set(http::field::content_type, "application/json");
  for (const auto& [name, value] : headers) request.set(name, value);
  request.keep_alive(false);
  request.body() = body;
  request.prepare_payload();
  boost::system::error_code error;
  http::write(stream, request, error);
  if (error) return connection_error(client_.url(), error);
  Parser parser;
  parser.body_limit(limits::kClientBodyBytesMax);
  beast::flat_buffer buffer;
  http::read_header(stream, buffer, parser, error);
  if (error) return connection_error(client_.url(), error);
  Answer answer{parser.get().result_int(), std::string(parser.get()["Mcp-Session-Id"]), {}};
  if (!parser.get()[http::field::content_type].starts_with("text/event-stream")) {
    const auto keep = [&answer](std::string_view piece) {
      answer.body += piece;
      return Result<void>();
    };
    TRY_VOID(read_body(stream, buffer, parser, client_.url(), keep));
    return answer;
  }
  // As long as a client likes to listen: what bounds it is the silence.
  parser.body_limit(boost::none);
  providers::SseParser events;
  const auto tell = [&events, &hear](std::string_view piece) -> Result<void> {
    std::vector<providers::SseEvent> heard;
    TRY_VOID(events.feed(piece, heard));
    for (const providers::SseEvent& event : heard) {
      if (!event.data.empty() && hear) hear(event.data);
    }
    return {};
  };
  TRY_VOID(read_body(stream, buffer, parser, client_.url(), tell));
  return answer;
}

}  // namespace coditect::app
