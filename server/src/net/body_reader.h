#pragma once

#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>

#include <chrono>
#include <optional>

#include "net/http_transport.h"
#include "net/received_request.h"
#include "net/request_body.h"

namespace coditect::net {

/// The body of a request whose head was just parsed.
///
/// Threads:  the connection's strand.
/// Lifetime: transport and options outlive it; of `received` only the parser is used up.
class BodyReader final : public RequestBody {
 public:
  BodyReader(HttpTransport& transport, ReceivedRequest& received, const ServerOptions& options);

  awaitable<Result<std::string>> read() override;
  /// Whether all of it was read, so that the next request follows.
  bool at_end() const { return parser_.is_done(); }

 private:
  awaitable<Result<std::string>> read_some();

  HttpTransport& transport_;
  const std::chrono::milliseconds silence_max_;
  bool wants_go_ahead_;  ///< the client waits for 100 Continue
  boost::beast::http::request_parser<boost::beast::http::buffer_body> parser_;
  std::optional<Error> failed_;
};

}  // namespace coditect::net
