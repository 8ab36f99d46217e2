#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace coditect::net {

using Header = std::pair<std::string, std::string>;
using Headers = std::vector<Header>;

/// The value of the first header of that name, compared without case; nothing where it is absent.
std::optional<std::string_view> find_header(const Headers& headers, std::string_view name);

/// What a request says before its body: enough to refuse it.
struct RequestHead {
  std::string method;  ///< "GET", upper case as sent
  std::string target;  ///< as sent, escapes and all
  std::string path;    ///< decoded and normalised, see parse_target()
  std::vector<std::pair<std::string, std::string>> query;  ///< decoded, in order
  Headers headers;                                         ///< in order, names as sent
  std::string remote_address;                   ///< the peer's IP address, without a port
  std::optional<std::uint64_t> content_length;  ///< nothing when chunked or absent
  bool is_websocket = false;                    ///< asks for an upgrade to a WebSocket

  std::optional<std::string_view> find_header(std::string_view name) const {
    return net::find_header(headers, name);
  }
  /// The first query parameter of that name.
  std::optional<std::string_view> find_query(std::string_view name) const;
  /// The subprotocols that a WebSocket client offers, in its order.
  std::vector<std::string> offered_subprotocols() const;
};

/// A whole request.
struct Request : RequestHead {
  std::string body;
};

/// A whole answer. The server adds Content-Length and Connection; a body is left out where HTTP
/// forbids one (HEAD, 204, 304).
struct Response {
  int status = 200;
  Headers headers;
  std::string body;

  /// The same answer with one more header.
  [[nodiscard]] Response with(std::string name, std::string value) &&;
};

/// An RFC 9457 answer, application/problem+json: {type, title, status, detail, hint}. The title is
/// the status's own phrase when `title` is empty; `hint` says what to do about it.
Response problem(int status, std::string_view title, std::string_view detail,
                 std::string_view hint = {});
/// The problem that an Error is: kInvalid 400, kNotFound 404, kConflict 409, kLocked 423,
/// kDenied 403, kLimit 429, kBudget 402, kUnavailable and kCancelled 503, kInternal 500.
Response problem(const Error& error);
Response json_response(int status, const json::value& value);
Response text_response(int status, std::string_view content_type, std::string body);

/// The phrase of a status line: "Not Found".
std::string_view reason_phrase(int status);

}  // namespace coditect::net
