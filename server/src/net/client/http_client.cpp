#include "net/client/http_client.h"

#include "net/client/connection_pool.h"
#include "net/client/exchange.h"

namespace coditect::net_client {

namespace {

class PoolingHttpClient final : public HttpClient {
 public:
  PoolingHttpClient(HttpClientOptions options, asio::ssl::context tls)
      : options_(std::move(options)), tls_(std::move(tls)), pool_(options_, tls_) {}

  awaitable<HttpResult<std::unique_ptr<HttpResponse>>> send(HttpRequest request,
                                                            std::stop_token stop) override {
    auto exchange = std::make_unique<Exchange>(options_, pool_, std::move(stop));
    CO_TRY_VOID(co_await exchange->start(std::move(request)));
    std::unique_ptr<HttpResponse> response = std::move(exchange);
    co_return response;
  }

 private:
  const HttpClientOptions options_;
  asio::ssl::context tls_;  // OpenSSL locks it; only read after construction
  ConnectionPool pool_;
};

}  // namespace

Result<std::unique_ptr<HttpClient>> make_http_client(HttpClientOptions options) {
  asio::ssl::context tls(asio::ssl::context::tls_client);
  boost::system::error_code error;
  tls.set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_tlsv1 |
                      asio::ssl::context::no_tlsv1_1,
                  error);
  if (!error) tls.set_default_verify_paths(error);
  if (!error) tls.set_verify_mode(asio::ssl::verify_peer, error);
  if (!error && !options.trusted_certificates.empty()) {
    tls.add_certificate_authority(asio::buffer(options.trusted_certificates), error);
  }
  if (error) return internal("cannot set TLS up: " + error.message());
  std::unique_ptr<HttpClient> client =
      std::make_unique<PoolingHttpClient>(std::move(options), std::move(tls));
  return client;
}

awaitable<HttpResult<std::string>> read_all(HttpResponse& response, std::size_t bytes_max) {
  std::string body;
  for (;;) {
    CO_TRY(const std::string part, co_await response.read());
    if (part.empty()) co_return body;
    if (part.size() > bytes_max - body.size()) {
      co_return HttpError{HttpError::Kind::kMalformed, "read: the answer is too long"};
    }
    body += part;
  }
}

}  // namespace coditect::net_client
