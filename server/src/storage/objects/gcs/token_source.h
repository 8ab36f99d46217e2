#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "async/async_mutex.h"
#include "base/clock.h"
#include "net/client/http_client.h"
#include "storage/objects/gcs/service_account.h"

namespace coditect::objects {

/// An access token and how long it is good.
struct AccessToken {
  std::string value;
  std::chrono::seconds time{0};
};

/// Where fresh access tokens come from.
///
/// Threads: one strand.
/// Errors:  Errc::kDenied where the identity is refused, kUnavailable where nobody answers. None
///          holds a token or a key.
class TokenIssuer {
 public:
  virtual ~TokenIssuer() = default;
  virtual awaitable<Result<AccessToken>> issue() = 0;
};

/// Signs an assertion with a service account's key and exchanges it at the token endpoint.
class ServiceAccountIssuer final : public TokenIssuer {
 public:
  /// `client` asks account.token_url. `clock` outlives this.
  ServiceAccountIssuer(ServiceAccount account, std::unique_ptr<net_client::HttpClient> client,
                       const Clock& clock)
      : account_(std::move(account)), client_(std::move(client)), clock_(clock) {}
  awaitable<Result<AccessToken>> issue() override;

 private:
  const ServiceAccount account_;
  const std::unique_ptr<net_client::HttpClient> client_;
  const Clock& clock_;
};

/// Asks the metadata server of the machine, pod or container for its own identity's token.
class MetadataIssuer final : public TokenIssuer {
 public:
  explicit MetadataIssuer(std::unique_ptr<net_client::HttpClient> client)
      : client_(std::move(client)) {}
  awaitable<Result<AccessToken>> issue() override;

 private:
  const std::unique_ptr<net_client::HttpClient> client_;
};

/// Keeps a token for as long as it is good; one caller at a time fetches the next one.
///
/// Threads:    one strand.
/// Lifetime:   `clock` outlives it.
/// Invariants: a token is replaced kRefreshBefore its end; while that fails the old one serves on.
class TokenSource {
 public:
  static constexpr std::chrono::minutes kRefreshBefore{5};

  TokenSource(const Strand& strand, std::unique_ptr<TokenIssuer> issuer, const Clock& clock)
      : issuer_(std::move(issuer)), clock_(clock), refresh_(strand) {}

  awaitable<Result<std::string>> token();
  /// Forgets `token`, which somebody refused.
  void forget(std::string_view token);

 private:
  // Constant after construction.
  const std::unique_ptr<TokenIssuer> issuer_;
  const Clock& clock_;
  // Touched only on the strand.
  std::string token_;
  SteadyTime good_until_{};
  AsyncMutex refresh_;
};

/// The token of an OAuth answer. The error does not repeat the body.
Result<AccessToken> parse_access_token(std::string_view body);

}  // namespace coditect::objects
