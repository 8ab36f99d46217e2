#include "providers/wire/http_client.h"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/beast/http.hpp>

#include <array>
#include <functional>

#include "providers/wire/connection.h"

namespace coditect::providers {

namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;
using Kind = ProviderError::Kind;

constexpr std::size_t kReadBytes = 16u << 10;
constexpr int kInterimResponsesMax = 8;  // 100 Continue, 103 Early Hints

/// One request and its response, on one connection.
class Exchange final : public HttpResponse {
 public:
  Exchange(const asio::any_io_executor& executor, asio::ssl::context& tls,
           const HttpClientOptions& options, std::stop_token stop)
      : options_(options),
        connection_(std::make_shared<Connection>(executor, tls, options)),
        stop_(std::move(stop)),
        on_stop_(stop_, Close{executor, connection_}) {}

  const HttpHead& head() const override { return head_; }

  awaitable<ProviderResult<void>> start(HttpPost post) {
    if (stop_.stop_requested()) co_return cancelled();
    if (auto open = co_await connection_->open(); !open) co_return or_cancelled(open.error());
    if (auto sent = co_await send(std::move(post)); !sent) co_return sent;
    co_return co_await read_head();
  }

  awaitable<ProviderResult<std::string>> read() override {
    std::array<char, kReadBytes> bytes;
    while (!parser_->is_done()) {
      auto& body = parser_->get().body();
      body.data = bytes.data();
      body.size = bytes.size();
      body.more = true;
      error_code error;
      connection_->plain().expires_after(options_.times.silence);
      if (connection_->encrypted()) {
        co_await http::async_read_some(connection_->tls(), buffer_, *parser_,
                                       asio::redirect_error(asio::use_awaitable, error));
      } else {
        co_await http::async_read_some(connection_->plain(), buffer_, *parser_,
                                       asio::redirect_error(asio::use_awaitable, error));
      }
      if (error && error != http::error::need_buffer) co_return failed("read", error);
      if (stop_.stop_requested()) co_return cancelled();
      const std::size_t size = bytes.size() - body.size;
      if (size > 0) co_return std::string(bytes.data(), size);
    }
    co_return std::string();
  }

 private:
  /// Closes the connection on its strand, from whichever thread the stop comes.
  struct Close {
    asio::any_io_executor executor;
    std::weak_ptr<Connection> connection;
    void operator()() const {
      asio::post(executor, [weak = connection] {
        if (const auto still_there = weak.lock()) still_there->close();
      });
    }
  };

  static ProviderError cancelled() { return provider_error(Kind::kCancelled, "cancelled"); }
  ProviderError or_cancelled(ProviderError error) const {
    return stop_.stop_requested() ? cancelled() : std::move(error);
  }
  ProviderError failed(std::string_view stage, const error_code& error) const {
    return or_cancelled(network_error(stage, error));
  }

  awaitable<ProviderResult<void>> send(HttpPost post) {
    http::request<http::string_body> request(http::verb::post, options_.base.prefix + post.target,
                                             11);
    request.set(http::field::host, options_.base.host_header());
    request.set(http::field::user_agent, "coditect");
    request.set(http::field::connection, "close");
    request.set(http::field::content_type, "application/json");
    for (const Header& header : post.headers) request.set(header.name, header.value);
    request.body() = std::move(post.body);
    request.prepare_payload();
    error_code error;
    connection_->plain().expires_after(options_.times.silence);
    if (connection_->encrypted()) {
      co_await http::async_write(connection_->tls(), request,
                                 asio::redirect_error(asio::use_awaitable, error));
    } else {
      co_await http::async_write(connection_->plain(), request,
                                 asio::redirect_error(asio::use_awaitable, error));
    }
    if (error) co_return failed("write", error);
    co_return ProviderResult<void>{};
  }

  awaitable<ProviderResult<void>> read_head() {
    for (int interim = 0; interim <= kInterimResponsesMax; ++interim) {
      parser_.emplace();
      parser_->header_limit(static_cast<std::uint32_t>(limits::kHttpHeaderBytesMax));
      parser_->body_limit(options_.body_bytes_max);
      error_code error;
      connection_->plain().expires_after(options_.times.first_byte);
      if (connection_->encrypted()) {
        co_await http::async_read_header(connection_->tls(), buffer_, *parser_,
                                         asio::redirect_error(asio::use_awaitable, error));
      } else {
        co_await http::async_read_header(connection_->plain(), buffer_, *parser_,
                                         asio::redirect_error(asio::use_awaitable, error));
      }
      if (error) co_return failed("read", error);
      if (parser_->get().result_int() >= 200) {
        keep_head();
        co_return ProviderResult<void>{};
      }
    }
    co_return provider_error(Kind::kMalformed, "too many interim responses");
  }

  void keep_head() {
    head_.status = static_cast<int>(parser_->get().result_int());
    for (const auto& field : parser_->get().base()) {
      head_.headers.push_back({std::string(field.name_string()), std::string(field.value())});
    }
  }

  // Constant after construction.
  const HttpClientOptions& options_;
  const std::shared_ptr<Connection> connection_;
  const std::stop_token stop_;
  // Touched only on the strand.
  beast::flat_buffer buffer_;
  std::optional<http::response_parser<http::buffer_body>> parser_;
  HttpHead head_;
  // Last: no stop arrives once it is gone.
  std::stop_callback<Close> on_stop_;
};

class BeastHttpClient final : public HttpClient {
 public:
  BeastHttpClient(HttpClientOptions options, asio::ssl::context tls)
      : options_(std::move(options)), tls_(std::move(tls)) {}

  awaitable<ProviderResult<std::unique_ptr<HttpResponse>>> post(HttpPost request,
                                                                std::stop_token stop) override {
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    auto exchange = std::make_unique<Exchange>(executor, tls_, options_, std::move(stop));
    if (auto started = co_await exchange->start(std::move(request)); !started) {
      co_return started.error();
    }
    std::unique_ptr<HttpResponse> response = std::move(exchange);
    co_return response;
  }

 private:
  const HttpClientOptions options_;
  asio::ssl::context tls_;  // OpenSSL locks it; only read after construction
};

}  // namespace

Result<std::unique_ptr<HttpClient>> make_http_client(HttpClientOptions options) {
  asio::ssl::context tls(asio::ssl::context::tls_client);
  error_code error;
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
      std::make_unique<BeastHttpClient>(std::move(options), std::move(tls));
  return client;
}

}  // namespace coditect::providers
