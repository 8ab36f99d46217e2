#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "net/client/base_url.h"

namespace coditect::net_client {

/// A proxy that tunnels by CONNECT. `authorization` is the value of Proxy-Authorization, "" for
/// none.
struct Proxy {
  std::string host;
  std::string port;
  std::string authorization;
};

/// The proxy's variables as the environment holds them; "" where unset.
struct ProxySettings {
  std::string https_proxy;
  std::string no_proxy;
};

/// HTTPS_PROXY and NO_PROXY, in upper or lower case, of an environment as main() receives it:
/// "NAME=value" each, with a null pointer at the end.
ProxySettings proxy_settings(const char* const* environment);
/// The same of this process. Called before anything changes the environment.
ProxySettings proxy_settings_from_environment();

/// The proxy for `url`; nothing for http, for hosts that NO_PROXY names ("*", a host, or a suffix
/// with or without its leading dot) and where no proxy is set. Errc::kInvalid for a proxy that is
/// not http://[user:password@]host:port.
Result<std::optional<Proxy>> choose_proxy(const ProxySettings& settings, const BaseUrl& url);

}  // namespace coditect::net_client
