#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "tools/network/network_limits.h"
#include "tools/network/proxy_request.h"

/// Whatever is understood names one host in one spelling, and asks it for a path of its own.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace http = boost::beast::http;
  using coditect::check;
  http::request_parser<http::empty_body> parser;
  parser.header_limit(coditect::limits::kProxyHeadBytesMax);
  boost::system::error_code error;
  parser.put(boost::asio::buffer(data, size), error);
  if (!parser.is_header_done()) return 0;
  coditect::tools::ProxyRequest::Head head = parser.get().base();
  const auto request = coditect::tools::ProxyRequest::understand(head);
  if (!request) return 0;
  const auto again = coditect::tools::parse_host_port(request->to.text(), std::nullopt);
  check(again.ok() && *again == request->to, "a host has one spelling");
  if (request->kind == coditect::tools::ProxyRequest::Kind::kTunnel) return 0;
  request->rewrite(head);
  check(head.target().starts_with('/'), "a path of its own");
  check(head.count(http::field::host) == 1, "one host");
  const auto named = coditect::tools::parse_host_port(head[http::field::host], 80);
  check(named.ok() && *named == request->to, "the host that was judged");
  check(head.count(http::field::proxy_authorization) == 0);
  return 0;
}
