#include "api/auth/authenticator.h"

#include <openssl/crypto.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <charconv>

#include "base/check.h"
#include "base/hex.h"

namespace coditect::api {

namespace {

constexpr std::string_view kCookieName = "coditect";
constexpr std::chrono::hours kCookieLife{30 * 24};

/// Compares without telling by its time how much was right.
bool equal_secrets(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::optional<std::string_view> bearer_token(const net::RequestHead& head) {
  const auto header = head.find_header("Authorization");
  constexpr std::string_view kScheme = "bearer ";
  if (!header || header->size() <= kScheme.size()) return std::nullopt;
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  if (!std::ranges::equal(header->substr(0, kScheme.size()), kScheme, {}, lower)) {
    return std::nullopt;
  }
  return header->substr(kScheme.size());
}

std::optional<std::string_view> find_cookie(const net::RequestHead& head) {
  auto rest = head.find_header("Cookie").value_or("");
  while (!rest.empty()) {
    const auto end = rest.find(';');
    std::string_view pair = rest.substr(0, end);
    while (pair.starts_with(' ')) pair.remove_prefix(1);
    if (pair.starts_with(kCookieName) && pair.substr(kCookieName.size()).starts_with('=')) {
      return pair.substr(kCookieName.size() + 1);
    }
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  }
  return std::nullopt;
}

/// "localhost:7700" and "[::1]:7700" without their port.
std::string_view without_port(std::string_view host) {
  if (host.starts_with('[')) return host.substr(0, host.find(']') + 1);
  return host.substr(0, host.find(':'));
}

}  // namespace

Authenticator::Authenticator(std::string token, std::vector<std::string> hosts, const Clock& clock)
    : token_(std::move(token)), hosts_(std::move(hosts)), clock_(clock) {
  check(token_.size() >= 32, "a token is long enough not to be guessed");
}

bool Authenticator::has_token(const net::RequestHead& head) const {
  const auto token = bearer_token(head);
  return token && equal_secrets(*token, token_);
}

bool Authenticator::has_credentials(const net::RequestHead& head) const {
  // A wrong token is not saved by a good cookie: the caller meant the token.
  if (bearer_token(head)) return has_token(head);
  const auto cookie = find_cookie(head);
  return cookie && is_good_cookie(*cookie);
}

bool Authenticator::is_good_cookie(std::string_view value) const {
  const auto dot = value.find('.');
  if (dot == std::string_view::npos) return false;
  return is_signed({}, value.substr(0, dot), value.substr(dot + 1));
}

std::optional<std::string> Authenticator::person_of(const net::RequestHead& head) const {
  if (bearer_token(head)) return std::nullopt;
  const std::string_view value = find_cookie(head).value_or("");
  const auto first = value.find('.');
  const auto second = value.find('.', first == std::string_view::npos ? first : first + 1);
  if (second == std::string_view::npos || first == 0) return std::nullopt;
  const std::string_view expiry = value.substr(first + 1, second - first - 1);
  if (!is_signed(value.substr(0, first + 1), expiry, value.substr(second + 1))) return std::nullopt;
  return std::string(value.substr(0, first));
}

/// Whether `signature` is that of `prefix` and `expiry` together, and the end is still to come.
bool Authenticator::is_signed(std::string_view prefix, std::string_view expiry,
                              std::string_view signature) const {
  std::int64_t seconds = 0;
  const auto parsed = std::from_chars(expiry.data(), expiry.data() + expiry.size(), seconds);
  if (parsed.ec != std::errc() || parsed.ptr != expiry.data() + expiry.size()) return false;
  const std::int64_t now =
      std::chrono::floor<std::chrono::seconds>(clock_.now()).time_since_epoch().count();
  const std::string text = std::string(prefix) + std::string(expiry);
  return seconds > now && equal_secrets(signature, sign(text));
}

std::string Authenticator::sign(std::string_view text) const {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  const std::string message = "coditect cookie " + std::string(text);
  const unsigned char* made =
      ::HMAC(EVP_sha256(), token_.data(), static_cast<int>(token_.size()),
             reinterpret_cast<const unsigned char*>(message.data()), message.size(), digest, &size);
  check(made != nullptr, "HMAC failed");
  return to_hex({digest, size});
}

std::string Authenticator::login_cookie() const { return make_cookie({}); }

std::string Authenticator::person_cookie(std::string_view id) const {
  return make_cookie(std::string(id) + ".");
}

std::string Authenticator::make_cookie(std::string_view prefix) const {
  const auto end = std::chrono::floor<std::chrono::seconds>(clock_.now() + kCookieLife);
  const std::string text = std::string(prefix) + std::to_string(end.time_since_epoch().count());
  return std::string(kCookieName) + "=" + text + "." + sign(text) +
         "; Path=/; HttpOnly; SameSite=Strict; Max-Age=" +
         std::to_string(std::chrono::seconds(kCookieLife).count());
}

std::string Authenticator::logout_cookie() {
  return std::string(kCookieName) + "=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0";
}

bool Authenticator::is_own_host(std::string_view host_and_port) const {
  const std::string_view host = without_port(host_and_port);
  if (host == "localhost" || host == "127.0.0.1" || host == "[::1]") return true;
  return std::ranges::find(hosts_, host) != hosts_.end();
}

bool Authenticator::is_from_here(const net::RequestHead& head) const {
  const auto host = head.find_header("Host");
  if (!host || !is_own_host(*host)) return false;
  const auto origin = head.find_header("Origin");
  if (!origin) return true;
  // A page is ours when its origin is the very host and port that it asks.
  const auto scheme = origin->find("://");
  if (scheme == std::string_view::npos) return false;
  return origin->substr(scheme + 3) == *host;
}

}  // namespace coditect::api
