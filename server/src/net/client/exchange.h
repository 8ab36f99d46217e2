#pragma once

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>

#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "net/client/connection_pool.h"

namespace coditect::net_client {

/// One request and its response, on one connection of the pool.
///
/// Threads:  the strand that awaits start().
/// Lifetime: `options` and `pool` outlive it. Destroying it before the response has ended closes
///           the connection; otherwise the pool has it back.
class Exchange final : public HttpResponse {
 public:
  Exchange(const HttpClientOptions& options, ConnectionPool& pool, std::stop_token stop)
      : options_(options), pool_(pool), stop_(std::move(stop)) {}

  /// Sends the request and reads the response's head.
  awaitable<HttpResult<void>> start(HttpRequest request);

  const HttpHead& head() const override { return head_; }
  awaitable<HttpResult<std::string>> read() override;

 private:
  /// Closes the connection on its strand, from whichever thread the stop comes.
  struct Close {
    asio::any_io_executor executor;
    std::weak_ptr<Connection> connection;
    Connection::Lease lease;
    void operator()() const;
  };

  void use(std::shared_ptr<Connection> connection);
  awaitable<HttpResult<void>> ask(const HttpRequest& request);
  awaitable<HttpResult<void>> write(const HttpRequest& request);
  awaitable<HttpResult<void>> write_body(const HttpRequest& request);
  awaitable<HttpResult<void>> read_head(const HttpRequest& request);
  void finish();
  HttpError or_cancelled(HttpError error) const;

  // Constant after construction.
  const HttpClientOptions& options_;
  ConnectionPool& pool_;
  const std::stop_token stop_;
  // Touched only on the strand.
  std::shared_ptr<Connection> connection_;
  boost::beast::flat_buffer buffer_;
  std::optional<boost::beast::http::response_parser<boost::beast::http::buffer_body>> parser_;
  std::vector<char> pieces_;  // where the body is read to
  HttpHead head_;
  // Last: no stop arrives once it is gone.
  std::optional<std::stop_callback<Close>> on_stop_;
};

}  // namespace coditect::net_client
