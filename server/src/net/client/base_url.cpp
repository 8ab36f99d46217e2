#include "net/client/base_url.h"

#include <boost/url.hpp>

namespace coditect::net_client {

namespace {

constexpr std::string_view own_port(Scheme scheme) {
  return scheme == Scheme::kHttps ? "443" : "80";
}

}  // namespace

std::string BaseUrl::host_header() const {
  std::string text = host.contains(':') ? "[" + host + "]" : host;
  if (port != own_port(scheme)) text += ":" + port;
  return text;
}

Result<BaseUrl> parse_base_url(std::string_view text) {
  const Error refused =
      invalid("the base URL is not usable", "give http(s)://host[:port][/path], without a query");
  const auto parsed = boost::urls::parse_uri(boost::urls::string_view(text.data(), text.size()));
  if (!parsed) return refused;
  const boost::urls::url_view& url = *parsed;
  if (url.has_userinfo() || url.has_query() || url.has_fragment()) return refused;

  BaseUrl base;
  if (url.scheme_id() == boost::urls::scheme::http) {
    base.scheme = Scheme::kHttp;
  } else if (url.scheme_id() != boost::urls::scheme::https) {
    return refused;
  }
  const auto host = url.host_address();
  base.host.assign(host.data(), host.size());
  if (base.host.empty()) return refused;
  const auto port = url.port();
  base.port =
      port.empty() ? std::string(own_port(base.scheme)) : std::string(port.data(), port.size());
  if (url.has_port() && (port.empty() || url.port_number() == 0)) return refused;
  const auto path = url.encoded_path();
  base.prefix.assign(path.data(), path.size());
  while (base.prefix.ends_with('/')) base.prefix.pop_back();
  return base;
}

}  // namespace coditect::net_client
