#pragma once

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <optional>
#include <string>

#include "net/http.h"
#include "net/server.h"

namespace coditect::net {

/// A request while it is read: Beast's parser, and what it has found in our own terms.
struct ReceivedRequest {
  explicit ReceivedRequest(const ServerOptions& options);

  /// Fills `request` from the parsed header. An answer means that the request is refused.
  std::optional<Response> take_head(std::string remote_address);

  bool has_body() const { return parser.chunked() || request.content_length.value_or(0) > 0; }
  /// HTTP/1.1 or later: understands chunked answers.
  bool understands_chunks() const { return http_version >= 11; }
  bool expects_continue() const;

  boost::beast::http::request_parser<boost::beast::http::string_body> parser;  ///< until BodyReader
  Request request;       ///< moved from when the handler has it
  bool is_head = false;  ///< the answer carries no body
  // Of the head, which the parser of an upload takes with it.
  unsigned http_version = 11;
  bool keep_alive = false;

 private:
  std::optional<Response> check_framing() const;
  std::optional<Response> check_websocket() const;
};

}  // namespace coditect::net
