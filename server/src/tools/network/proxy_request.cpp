#include "tools/network/proxy_request.h"

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/rfc7230.hpp>

#include <algorithm>
#include <vector>

namespace coditect::tools {

namespace {

namespace http = boost::beast::http;
using boost::beast::iequals;

constexpr std::string_view kScheme = "http://";
constexpr std::uint16_t kHttpPort = 80;

/// A second authority, in `Host`, would let a request be judged as one and answered as the other.
Result<void> check_host(const ProxyRequest::Head& head, const HostPort& to,
                        std::uint16_t default_port) {
  const auto hosts = head.count(http::field::host);
  if (hosts == 0) return {};
  const std::string_view host = head[http::field::host];
  const auto named = parse_host_port(host, default_port);
  if (hosts > 1 || !named || !(*named == to)) {
    return invalid("the Host header names another host than the request");
  }
  return {};
}

Result<ProxyRequest> tunnel(const ProxyRequest::Head& head) {
  ProxyRequest request{ProxyRequest::Kind::kTunnel, {}, {}};
  const std::string_view target = head.target();
  TRY(request.to, parse_host_port(target, std::nullopt));
  TRY_VOID(check_host(head, request.to, request.to.port));
  return request;
}

Result<ProxyRequest> forward(const ProxyRequest::Head& head) {
  const std::string_view target = head.target();
  if (target.size() < kScheme.size() || !iequals(target.substr(0, kScheme.size()), kScheme)) {
    return invalid("this is a proxy: it takes CONNECT, and requests for http://…");
  }
  const std::string_view rest = target.substr(kScheme.size());
  const std::size_t end = std::min(rest.find_first_of("/?#\\"), rest.size());
  ProxyRequest request{ProxyRequest::Kind::kForward, {}, std::string(rest.substr(end))};
  if (request.target.contains('#') || request.target.starts_with('\\')) {
    return invalid("not a target of a request");
  }
  if (!request.target.starts_with('/')) request.target.insert(0, "/");
  TRY(request.to, parse_host_port(rest.substr(0, end), kHttpPort));
  TRY_VOID(check_host(head, request.to, kHttpPort));
  return request;
}

}  // namespace

Result<ProxyRequest> ProxyRequest::understand(const Head& head) {
  return head.method() == http::verb::connect ? tunnel(head) : forward(head);
}

void ProxyRequest::rewrite(Head& head) const {
  std::vector<std::string> dropped;
  for (const auto name : http::token_list(head[http::field::connection])) {
    // What says how long the body is stays, whatever the client calls it.
    if (!iequals(name, "content-length") && !iequals(name, "transfer-encoding")) {
      dropped.emplace_back(name);
    }
  }
  for (const std::string& name : dropped) head.erase(name);
  for (const char* name : {"Proxy-Connection", "Proxy-Authorization", "Proxy-Authenticate",
                           "Keep-Alive", "TE", "Trailer", "Upgrade", "Connection"}) {
    head.erase(name);
  }
  head.version(11);
  head.target(target);
  const bool usual = to.port == kHttpPort;
  const std::string authority = to.text();
  head.set(http::field::host, usual ? authority.substr(0, authority.rfind(':')) : authority);
  head.set(http::field::connection, "close");
}

}  // namespace coditect::tools
