#include "storage/objects/http/exchange.h"

#include "storage/objects/http/encoding.h"

namespace coditect::objects {

Error to_error(net_client::HttpError error) {
  using Kind = net_client::HttpError::Kind;
  switch (error.kind) {
    case Kind::kTls:
      return {Errc::kDenied, "the store's certificate does not hold: " + error.message,
              "check the endpoint's name and this machine's trusted certificates"};
    case Kind::kProxy: return {Errc::kDenied, error.message, "check HTTPS_PROXY and NO_PROXY"};
    case Kind::kCancelled: return {Errc::kCancelled, error.message, ""};
    case Kind::kConnect:
    case Kind::kTimeout:
    case Kind::kCut:
    case Kind::kMalformed:
    case Kind::kBody: break;
  }
  return unavailable("the object store does not answer: " + error.message,
                     "check that it can be reached from this machine");
}

awaitable<Result<Answer>> exchange(net_client::HttpClient& client,
                                   net_client::HttpRequest request) {
  auto response = co_await client.send(std::move(request), {});
  if (!response) co_return to_error(std::move(response).error());
  auto body = co_await net_client::read_all(**response, kAnswerBytesMax);
  if (!body) co_return to_error(std::move(body).error());
  const net_client::HttpHead& head = (*response)->head();
  co_return Answer{head.status, head.headers, *std::move(body)};
}

std::optional<ContentExtent> content_extent(const net_client::HttpHead& head) {
  const auto length = parse_number(net_client::find_header(head.headers, "Content-Length"));
  if (head.status == 200 && length) return ContentExtent{0, *length, *length};
  if (head.status != 206) return std::nullopt;

  std::string_view range = net_client::find_header(head.headers, "Content-Range");
  constexpr std::string_view kUnit = "bytes ";
  if (!range.starts_with(kUnit)) return std::nullopt;
  range.remove_prefix(kUnit.size());
  const std::size_t dash = range.find('-');
  const std::size_t slash = range.find('/');
  if (dash == std::string_view::npos || slash == std::string_view::npos || dash > slash) {
    return std::nullopt;
  }
  const auto first = parse_number(range.substr(0, dash));
  const auto last = parse_number(range.substr(dash + 1, slash - dash - 1));
  const auto total = parse_number(range.substr(slash + 1));
  if (!first || !last || !total || *last < *first || *total <= *last) return std::nullopt;
  const std::uint64_t bytes = *last - *first + 1;
  if (length && *length != bytes) return std::nullopt;
  return ContentExtent{*first, bytes, *total};
}

}  // namespace coditect::objects
