#include "storage/objects/gcs/token_source.h"

#include <algorithm>

#include "base/json.h"
#include "storage/objects/http/encoding.h"
#include "storage/objects/http/exchange.h"

namespace coditect::objects {

namespace {

constexpr std::int64_t kTokenSecondsMax = std::int64_t{24} * 3600;

/// A token travels in a header, where a line end would begin another.
bool fits_a_header(std::string_view token) {
  return !token.empty() && std::ranges::all_of(token, [](char c) { return c > 0x20 && c < 0x7F; });
}

/// What a refused request for a token means. The body stays out of it: it may repeat the
/// assertion.
Error refused(const Answer& answer, std::string_view who) {
  const std::string message =
      std::string(who) + " gives no access token: HTTP " + std::to_string(answer.status);
  if (answer.status >= 500 || answer.status == 429 || answer.status == 408) {
    return unavailable(message);
  }
  return {Errc::kDenied, message,
          "check that the service account exists, its key is not revoked and the clock is right"};
}

}  // namespace

Result<AccessToken> parse_access_token(std::string_view body) {
  const Error refused = unavailable("the answer of the token endpoint holds no access token");
  const auto object = parse_json_object(body);
  if (!object) return refused;
  const auto token = find_string(*object, "access_token");
  const auto seconds = find_int(*object, "expires_in");
  if (!token || !fits_a_header(*token) || !seconds || *seconds <= 0) return refused;
  return AccessToken{*token, std::chrono::seconds{std::min(*seconds, kTokenSecondsMax)}};
}

awaitable<Result<AccessToken>> ServiceAccountIssuer::issue() {
  CO_TRY(const std::string assertion, signed_assertion(account_, clock_.now()));
  net_client::HttpRequest request{
      .method = "POST",
      .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
      .body = "grant_type=" + percent_encode("urn:ietf:params:oauth:grant-type:jwt-bearer") +
              "&assertion=" + assertion,
      .repeat = net_client::Repeat::kSafe};
  CO_TRY(const Answer answer, co_await exchange(*client_, std::move(request)));
  if (!answer.ok()) co_return refused(answer, "the token endpoint");
  co_return parse_access_token(answer.body);
}

awaitable<Result<AccessToken>> MetadataIssuer::issue() {
  net_client::HttpRequest request{
      .target = "/computeMetadata/v1/instance/service-accounts/default/token",
      .headers = {{"Metadata-Flavor", "Google"}},
      .repeat = net_client::Repeat::kSafe};
  CO_TRY(const Answer answer, co_await exchange(*client_, std::move(request)));
  if (!answer.ok()) co_return refused(answer, "the metadata server");
  co_return parse_access_token(answer.body);
}

awaitable<Result<std::string>> TokenSource::token() {
  const auto guard = co_await refresh_.lock();
  const SteadyTime now = clock_.steady();
  if (!token_.empty() && now < good_until_ - kRefreshBefore) co_return token_;
  auto fresh = co_await issuer_->issue();
  if (fresh) {
    token_ = std::move(fresh->value);
    good_until_ = now + fresh->time;
    co_return token_;
  }
  if (!token_.empty() && clock_.steady() < good_until_) co_return token_;
  co_return std::move(fresh).error();
}

void TokenSource::forget(std::string_view token) {
  if (token_ == token) token_.clear();
}

}  // namespace coditect::objects
