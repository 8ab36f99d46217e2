#include "protocols/mcp/client/oauth/fetch.h"

#include <boost/url/parse.hpp>

#include "net/client/http_client.h"
#include "protocols/mcp/client/call_watch.h"
#include "protocols/mcp/client/client_limits.h"

namespace coditect::mcp::oauth {

namespace {

constexpr std::size_t kBodyBytesMax = 1u << 20;
constexpr CallTime kTime{std::chrono::seconds(20), std::chrono::seconds(20)};

}  // namespace

awaitable<Result<Fetched>> HttpFetch::fetch(Request request, std::stop_token stop) {
  const auto url = boost::urls::parse_uri(request.url);
  if (!url) co_return invalid("it names something that is no URL");
  std::string base = std::string(url->scheme()) + "://" + std::string(url->encoded_authority());
  net_client::HttpClientOptions options;
  CO_TRY(options.base, net_client::parse_base_url(base));
  CO_TRY(options.proxy, net_client::choose_proxy(proxy_, options.base));
  options.times = {limits::kConnectMax, kTime.total, kTime.total};
  options.body_bytes_max = kBodyBytesMax;
  options.trusted_certificates = certificates_;
  CO_TRY(const auto http, net_client::make_http_client(std::move(options)));
  net_client::HttpRequest sent{.method = std::move(request.method),
                               .target = std::string(url->encoded_path()),
                               .headers = std::move(request.headers),
                               .body = std::move(request.body)};
  if (sent.target.empty()) sent.target = "/";
  if (url->has_query()) sent.target += "?" + std::string(url->encoded_query());
  const CallWatch watch(strand_, kTime, std::move(stop));
  auto answer = co_await http->send(std::move(sent), watch.token());
  if (!answer) co_return unavailable(base + " cannot be reached: " + answer.error().message);
  Fetched fetched{(*answer)->head().status, (*answer)->head().headers, {}};
  auto body = co_await net_client::read_all(**answer, kBodyBytesMax);
  if (!body) co_return unavailable(base + " did not answer: " + body.error().message);
  fetched.body = *std::move(body);
  co_return fetched;
}

}  // namespace coditect::mcp::oauth
