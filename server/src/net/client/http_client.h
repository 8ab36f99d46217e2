#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "async/strand.h"
#include "net/client/base_url.h"
#include "net/client/http_error.h"
#include "net/client/http_message.h"
#include "net/client/proxy.h"

namespace coditect::net_client {

/// A response whose head has arrived and whose body is still coming.
///
/// Threads:  the strand that awaited send().
/// Lifetime: destroying it before its body has ended closes the socket.
class HttpResponse {
 public:
  virtual ~HttpResponse() = default;
  virtual const HttpHead& head() const = 0;
  /// The next bytes of the body as they arrive; "" at its end. Kind::kCut where the connection
  /// ends before the body does, kTimeout for silence, kCancelled after a stop.
  virtual awaitable<HttpResult<std::string>> read() = 0;
};

/// Asks one base URL.
///
/// Threads:  send() is awaited on a strand or a single-threaded executor, where its sockets live.
/// Lifetime: outlives its responses; the executors of its callers outlive it.
class HttpClient {
 public:
  virtual ~HttpClient() = default;
  /// Returns when the response's head is here, whatever its status. Requesting `stop`, now or
  /// while the body is read, closes the socket.
  virtual awaitable<HttpResult<std::unique_ptr<HttpResponse>>> send(HttpRequest request,
                                                                    std::stop_token stop) = 0;
};

struct HttpTimes {
  std::chrono::milliseconds connect;     ///< name, TCP, proxy and TLS, each
  std::chrono::milliseconds first_byte;  ///< of an answer, after the request is written
  std::chrono::milliseconds silence;     ///< between two pieces of a body, either way
};

struct HttpClientOptions {
  BaseUrl base = {};
  std::optional<Proxy> proxy = std::nullopt;
  HttpTimes times;
  std::size_t body_bytes_max = 0;         ///< of an answer: more is Kind::kMalformed
  std::size_t idle_connections_max = 0;   ///< kept for later requests; 0 asks to close each
  std::string trusted_certificates = {};  ///< PEM beside the system's; "" for none
};

/// A client that verifies TLS against the system's certificates and speaks HTTP/1.1.
/// Errc::kInternal where TLS cannot be set up.
Result<std::unique_ptr<HttpClient>> make_http_client(HttpClientOptions options);

/// The whole body of a response; Kind::kMalformed where it has more than `bytes_max`.
awaitable<HttpResult<std::string>> read_all(HttpResponse& response, std::size_t bytes_max);

}  // namespace coditect::net_client
