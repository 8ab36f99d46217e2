#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "net/http.h"

namespace coditect::api {

/// Decides who may talk to the server: one secret token, sent as a bearer token by programs or
/// exchanged for a cookie by a browser.
///
/// The cookie is `EXPIRY.SIGNATURE`, where SIGNATURE is HMAC-SHA-256 of EXPIRY under the token: it
/// stays good over a restart, says nothing of the token, and ends when the token is changed. That
/// of an invited person is `ID.EXPIRY.SIGNATURE`; whether they are still let in is decided
/// elsewhere.
///
/// Threads:  any; constant after construction.
/// Lifetime: the clock outlives it.
class Authenticator {
 public:
  /// `hosts` are the names under which the server may be addressed, besides loopback ones, without
  /// a port: what stands in a Host or Origin header.
  Authenticator(std::string token, std::vector<std::string> hosts, const Clock& clock);

  /// Whether the request carries the token or a good cookie.
  bool has_credentials(const net::RequestHead& head) const;
  /// Whether the request carries the token itself, as the exchange for a cookie demands.
  bool has_token(const net::RequestHead& head) const;
  /// Whether Host names this server and Origin, where there is one, is of the same host: what
  /// keeps other web pages and rebound names out.
  bool is_from_here(const net::RequestHead& head) const;

  /// The Set-Cookie value that logs a browser in, and the one that logs it out.
  std::string login_cookie() const;
  /// The Set-Cookie value of an invited person.
  std::string person_cookie(std::string_view id) const;
  /// The id of the person whose good cookie the request carries. Nothing where it has a token.
  std::optional<std::string> person_of(const net::RequestHead& head) const;
  static std::string logout_cookie();

 private:
  bool is_good_cookie(std::string_view value) const;
  bool is_signed(std::string_view prefix, std::string_view expiry,
                 std::string_view signature) const;
  std::string sign(std::string_view text) const;
  std::string make_cookie(std::string_view prefix) const;
  bool is_own_host(std::string_view host_and_port) const;

  const std::string token_;
  const std::vector<std::string> hosts_;
  const Clock& clock_;
};

}  // namespace coditect::api
