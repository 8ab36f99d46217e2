#include "net/client/proxy.h"

#include <boost/beast/core/string.hpp>
#include <boost/url.hpp>
#include <openssl/evp.h>

#include <initializer_list>
#include <unistd.h>

namespace coditect::net_client {

namespace {

/// The value of the first of these names that is set and not empty.
std::string find(const char* const* environment, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    for (const char* const* entry = environment; *entry != nullptr; ++entry) {
      const std::string_view text = *entry;
      if (text.size() > name.size() + 1 && text.starts_with(name) && text[name.size()] == '=') {
        return std::string(text.substr(name.size() + 1));
      }
    }
  }
  return {};
}

bool excluded(std::string_view no_proxy, std::string_view host) {
  while (!no_proxy.empty()) {
    const std::size_t comma = no_proxy.find(',');
    std::string_view entry = no_proxy.substr(0, comma);
    no_proxy = comma == std::string_view::npos ? "" : no_proxy.substr(comma + 1);
    while (entry.starts_with(' ')) entry.remove_prefix(1);
    while (entry.ends_with(' ')) entry.remove_suffix(1);
    if (entry == "*") return true;
    while (entry.starts_with('.')) entry.remove_prefix(1);
    if (entry.empty() || entry.size() > host.size()) continue;
    if (!boost::beast::iequals(host.substr(host.size() - entry.size()), entry)) continue;
    if (host.size() == entry.size() || host[host.size() - entry.size() - 1] == '.') return true;
  }
  return false;
}

std::string base64(const std::string& text) {
  std::string out(4 * ((text.size() + 2) / 3) + 1, '\0');  // one more for the encoder's final zero
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()),
                                   static_cast<int>(text.size()));
  out.resize(static_cast<std::size_t>(size));
  return out;
}

}  // namespace

ProxySettings proxy_settings(const char* const* environment) {
  return {find(environment, {"HTTPS_PROXY", "https_proxy"}),
          find(environment, {"NO_PROXY", "no_proxy"})};
}

ProxySettings proxy_settings_from_environment() { return proxy_settings(environ); }

Result<std::optional<Proxy>> choose_proxy(const ProxySettings& settings, const BaseUrl& url) {
  if (settings.https_proxy.empty() || url.scheme != Scheme::kHttps ||
      excluded(settings.no_proxy, url.host)) {
    return std::optional<Proxy>{};
  }
  const Error refused =
      invalid("HTTPS_PROXY is not usable", "give http://[user:password@]host:port");
  std::string text = settings.https_proxy;
  if (!text.contains("://")) text = "http://" + text;
  const auto parsed = boost::urls::parse_uri(text);
  if (!parsed || parsed->scheme_id() != boost::urls::scheme::http) return refused;
  Proxy proxy;
  proxy.host = std::string(parsed->host_address());
  proxy.port = parsed->has_port() ? std::string(parsed->port()) : "80";
  if (proxy.host.empty() || proxy.port.empty()) return refused;
  if (parsed->has_userinfo())
    proxy.authorization = "Basic " + base64(std::string(parsed->userinfo()));
  return std::optional<Proxy>{std::move(proxy)};
}

}  // namespace coditect::net_client
