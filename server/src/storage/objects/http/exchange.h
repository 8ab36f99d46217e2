#pragma once

#include <string>

#include "base/result.h"
#include "net/client/http_client.h"

namespace coditect::objects {

/// A request of a store's protocol and its whole answer, whatever its status.
struct Answer {
  int status = 0;
  net_client::Headers headers;
  std::string body;

  bool ok() const { return status >= 200 && status < 300; }
  std::string_view header(std::string_view name) const {
    return net_client::find_header(headers, name);
  }
};

/// How long stores may take, and how much an answer that is no content may say.
inline constexpr net_client::HttpTimes kStoreTimes{
    std::chrono::seconds{10}, std::chrono::seconds{60}, std::chrono::seconds{30}};
inline constexpr std::size_t kAnswerBytesMax = 8u << 20;
inline constexpr std::size_t kObjectBytesMax = std::size_t{5} << 40;  // what GCS and S3 allow
inline constexpr std::size_t kIdleConnectionsMax = 8;

/// A transport failure as a store's caller sees it: the outcome is not known, except where the
/// server cannot be trusted (kDenied) or breaks the protocol.
Error to_error(net_client::HttpError error);

/// Sends `request` and reads its answer to the end.
awaitable<Result<Answer>> exchange(net_client::HttpClient& client, net_client::HttpRequest request);

/// What an answer's `Content-Range: bytes 0-9/20` or Content-Length says.
struct ContentExtent {
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;         ///< of this answer
  std::uint64_t object_bytes = 0;  ///< of the whole object
};
/// Nothing where the headers of a 200 or 206 do not say it, or contradict themselves.
std::optional<ContentExtent> content_extent(const net_client::HttpHead& head);

}  // namespace coditect::objects
