#pragma once

#include <optional>
#include <stop_token>
#include <string>

#include "async/strand.h"
#include "base/result.h"
#include "net/client/http_message.h"
#include "net/client/proxy.h"

namespace coditect::mcp::oauth {

struct Fetched {
  int status = 0;
  net_client::Headers headers;
  std::string body;
};

/// Asks any URL once. Redirects are not followed: whoever redirects a token request gets the
/// secrets in it.
///
/// Threads:  one strand.
class Fetch {
 public:
  virtual ~Fetch() = default;
  struct Request {
    std::string method = "GET";
    std::string url;
    net_client::Headers headers = {};
    std::string body = {};
  };
  virtual awaitable<Result<Fetched>> fetch(Request request, std::stop_token stop) = 0;
};

/// Over the network, with limits on size and time.
class HttpFetch final : public Fetch {
 public:
  HttpFetch(const Strand& strand, net_client::ProxySettings proxy,
            std::string trusted_certificates = {})
      : strand_(strand), proxy_(std::move(proxy)), certificates_(std::move(trusted_certificates)) {}

  awaitable<Result<Fetched>> fetch(Request request, std::stop_token stop) override;

 private:
  const Strand strand_;
  const net_client::ProxySettings proxy_;
  const std::string certificates_;
};

}  // namespace coditect::mcp::oauth
