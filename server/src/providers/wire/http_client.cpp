#include "providers/wire/http_client.h"

namespace coditect::providers {

namespace {

using Kind = ProviderError::Kind;

Kind kind_of(net_client::HttpError::Kind kind) {
  using From = net_client::HttpError::Kind;
  switch (kind) {
    case From::kConnect:
    case From::kProxy:
    case From::kTls:
    case From::kCut:
    case From::kBody: return Kind::kNetwork;
    case From::kTimeout: return Kind::kTimeout;
    case From::kMalformed: return Kind::kMalformed;
    case From::kCancelled: return Kind::kCancelled;
  }
  return Kind::kNetwork;
}

class Response final : public HttpResponse {
 public:
  explicit Response(std::unique_ptr<net_client::HttpResponse> response)
      : response_(std::move(response)) {}

  const HttpHead& head() const override { return response_->head(); }
  awaitable<ProviderResult<std::string>> read() override {
    auto bytes = co_await response_->read();
    if (!bytes) co_return to_provider_error(std::move(bytes).error());
    co_return *std::move(bytes);
  }

 private:
  const std::unique_ptr<net_client::HttpResponse> response_;
};

class Client final : public HttpClient {
 public:
  explicit Client(std::unique_ptr<net_client::HttpClient> client) : client_(std::move(client)) {}

  awaitable<ProviderResult<std::unique_ptr<HttpResponse>>> post(HttpPost post,
                                                                std::stop_token stop) override {
    net_client::HttpRequest request;
    request.method = "POST";
    request.target = std::move(post.target);
    request.headers.push_back({"Content-Type", "application/json"});
    for (Header& header : post.headers) request.headers.push_back(std::move(header));
    request.body = std::move(post.body);
    auto answer = co_await client_->send(std::move(request), std::move(stop));
    if (!answer) co_return to_provider_error(std::move(answer).error());
    std::unique_ptr<HttpResponse> response = std::make_unique<Response>(*std::move(answer));
    co_return response;
  }

 private:
  const std::unique_ptr<net_client::HttpClient> client_;
};

}  // namespace

Result<std::unique_ptr<HttpClient>> make_http_client(HttpClientOptions options) {
  net_client::HttpClientOptions inner{
      .base = std::move(options.base),
      .proxy = std::move(options.proxy),
      .times = options.times,
      .body_bytes_max = options.body_bytes_max,
      .trusted_certificates = std::move(options.trusted_certificates),
  };
  TRY(auto client, net_client::make_http_client(std::move(inner)));
  std::unique_ptr<HttpClient> adapted = std::make_unique<Client>(std::move(client));
  return adapted;
}

ProviderError to_provider_error(net_client::HttpError error) {
  using From = net_client::HttpError::Kind;
  ProviderError failed = provider_error(kind_of(error.kind), std::move(error.message));
  if (error.kind == From::kTls) failed.code = kUntrustedCertificate;
  if (error.kind == From::kProxy) failed.code = kRefusedByProxy;
  if (!failed.code.empty()) failed.retryable = false;
  failed.sent =
      error.kind != From::kConnect && error.kind != From::kProxy && error.kind != From::kTls;
  return failed;
}

}  // namespace coditect::providers
