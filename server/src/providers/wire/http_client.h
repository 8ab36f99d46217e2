#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "async/strand.h"
#include "base/limits.h"
#include "net/client/base_url.h"
#include "net/client/http_client.h"
#include "net/client/proxy.h"
#include "providers/provider_error.h"
#include "providers/wire/http_message.h"

namespace coditect::providers {

using net_client::BaseUrl;
using net_client::HttpTimes;
using net_client::Proxy;
using net_client::proxy_settings;
using net_client::ProxySettings;

/// A response whose head has arrived and whose body is still coming.
///
/// Threads:  the strand that awaited post().
/// Lifetime: destroying it closes the socket.
class HttpResponse {
 public:
  virtual ~HttpResponse() = default;
  virtual const HttpHead& head() const = 0;
  /// The next bytes of the body as they arrive; "" at its end. Kind::kNetwork where the
  /// connection ends before the body does, kTimeout for silence, kCancelled after a stop.
  virtual awaitable<ProviderResult<std::string>> read() = 0;
};

/// Posts to one base URL.
///
/// Threads:  post() is awaited on a strand or a single-threaded executor, where its sockets live.
/// Lifetime: outlives its responses.
class HttpClient {
 public:
  virtual ~HttpClient() = default;
  /// Returns when the response's head is here, whatever its status. Requesting `stop`, now or
  /// while the body is read, closes the socket.
  virtual awaitable<ProviderResult<std::unique_ptr<HttpResponse>>> post(HttpPost request,
                                                                        std::stop_token stop) = 0;
};

inline constexpr HttpTimes kModelTimes{limits::kModelConnectTimeMax, limits::kModelFirstByteTimeMax,
                                       limits::kModelSilenceMax};

struct HttpClientOptions {
  BaseUrl base;
  std::optional<Proxy> proxy = std::nullopt;
  HttpTimes times = kModelTimes;
  std::size_t body_bytes_max = limits::kModelResponseBytesMax;
  std::string trusted_certificates = {};  ///< PEM beside the system's; "" for none
};

/// A client that opens one connection per request: a model's answer takes so long that keeping one
/// would gain nothing. Errc::kInternal where TLS cannot be set up.
Result<std::unique_ptr<HttpClient>> make_http_client(HttpClientOptions options);

/// The same failure as a provider's: a certificate that does not hold and a proxy that refuses are
/// not retryable.
ProviderError to_provider_error(net_client::HttpError error);

}  // namespace coditect::providers
