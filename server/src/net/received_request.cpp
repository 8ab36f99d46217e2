#include "net/received_request.h"

#include <boost/beast/websocket/rfc6455.hpp>

#include <algorithm>

#include "net/ascii.h"
#include "net/target.h"

namespace coditect::net {

namespace {

std::size_t count_headers(const Headers& headers, std::string_view name) {
  return static_cast<std::size_t>(std::ranges::count_if(
      headers, [&](const Header& header) { return equal_without_case(header.first, name); }));
}

}  // namespace

ReceivedRequest::ReceivedRequest(const ServerOptions& options) {
  parser.header_limit(static_cast<std::uint32_t>(options.header_bytes_max));
  // Unlimited while the header is read, so that authorization comes before 413.
  parser.body_limit(boost::none);
}

std::optional<Response> ReceivedRequest::take_head(std::string remote_address) {
  const auto& message = parser.get();
  http_version = message.version();
  keep_alive = message.keep_alive();
  request.method = message.method_string();
  is_head = request.method == "HEAD";
  request.target = message.target();
  request.remote_address = std::move(remote_address);
  for (const auto& field : message) {
    request.headers.emplace_back(field.name_string(), field.value());
  }
  if (const auto length = parser.content_length()) request.content_length = *length;
  if (auto refusal = check_framing()) return refusal;

  if (request.method == "OPTIONS" && request.target == "*") {
    request.path = "*";
  } else {
    auto target = parse_target(request.target);
    if (!target) return problem(target.error());
    request.path = std::move(target->path);
    request.query = std::move(target->query);
  }
  request.is_websocket = boost::beast::websocket::is_upgrade(message);
  const auto upgrade = request.find_header("upgrade");
  const bool names_websocket = upgrade && equal_without_case(*upgrade, "websocket");
  if (request.is_websocket || names_websocket) return check_websocket();
  return std::nullopt;
}

bool ReceivedRequest::expects_continue() const {
  const auto expectation = request.find_header("expect");
  return expectation && equal_without_case(*expectation, "100-continue");
}

std::optional<Response> ReceivedRequest::check_framing() const {
  const std::size_t hosts = count_headers(request.headers, "host");
  if (hosts > 1 || (hosts == 0 && understands_chunks())) {
    return problem(400, {}, "a request must carry exactly one Host header");
  }
  const std::size_t encodings = count_headers(request.headers, "transfer-encoding");
  if (encodings > 0) {
    // Two readers that disagree about where a body ends can be made to see different requests.
    if (count_headers(request.headers, "content-length") > 0) {
      return problem(400, {}, "Content-Length and Transfer-Encoding exclude each other");
    }
    if (encodings > 1 ||
        !equal_without_case(*request.find_header("transfer-encoding"), "chunked")) {
      return problem(501, {}, "the only transfer encoding understood is chunked");
    }
  }
  if (request.find_header("expect") && !expects_continue()) {
    return problem(417, {}, "the only expectation understood is 100-continue");
  }
  return std::nullopt;
}

std::optional<Response> ReceivedRequest::check_websocket() const {
  const auto version = request.find_header("sec-websocket-version");
  if (version && *version != "13") {
    return problem(426, {}, "the only WebSocket version spoken is 13")
        .with("Sec-WebSocket-Version", "13")
        .with("Upgrade", "websocket");
  }
  const auto key = request.find_header("sec-websocket-key");
  if (!request.is_websocket || !version || !key || key->size() != 24 || has_body()) {
    return problem(400, {}, "this is not a complete WebSocket handshake (RFC 6455 section 4.2.1)");
  }
  return std::nullopt;
}

}  // namespace coditect::net
