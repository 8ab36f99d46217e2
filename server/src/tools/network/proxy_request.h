#pragma once

#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/message.hpp>

#include <string>

#include "base/result.h"
#include "tools/network/host_port.h"

namespace coditect::tools {

/// What a client asks a proxy for.
struct ProxyRequest {
  enum class Kind {
    kTunnel,   ///< CONNECT: bytes both ways from then on
    kForward,  ///< a request in absolute form, for plain http
  };
  using Head = boost::beast::http::request_header<>;

  Kind kind = Kind::kTunnel;
  HostPort to;
  std::string target;  ///< of kForward: what the origin server is asked for, "/" at least

  /// Errc::kInvalid for what is no request to a proxy, for a `Host` that differs from the target,
  /// and for whatever parse_host_port() refuses. The message is for the client. Pure.
  static Result<ProxyRequest> understand(const Head& head);
  /// Makes of a head of kForward the one that the origin server gets: its target and its `Host`,
  /// and without what is between client and proxy only. Its body is sent as it was announced.
  void rewrite(Head& head) const;
};

}  // namespace coditect::tools
