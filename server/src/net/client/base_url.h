#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace coditect::net_client {

enum class Scheme { kHttp, kHttps };

/// Where an API lives: "https://api.example.com:8443/some/prefix".
struct BaseUrl {
  Scheme scheme = Scheme::kHttps;
  std::string host;    ///< without the brackets of an IPv6 address
  std::string port;    ///< always set
  std::string prefix;  ///< "" or "/some/prefix"

  /// As a Host header writes it: brackets where needed, the port where it is not the scheme's own.
  std::string host_header() const;
};

/// Errc::kInvalid for what is no http or https URL, and for one with a user, a query or a
/// fragment. The error does not repeat the text, which may hold a secret.
Result<BaseUrl> parse_base_url(std::string_view text);

}  // namespace coditect::net_client
