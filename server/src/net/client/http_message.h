#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace coditect::net_client {

struct Header {
  std::string name;
  std::string value;

  bool operator==(const Header&) const = default;
};
using Headers = std::vector<Header>;

/// The value of the first header of that name, whatever its case; "" where there is none.
std::string_view find_header(const Headers& headers, std::string_view name);

/// The next bytes of a request's body, at most `bytes_max`; "" at its end. Called on the strand of
/// the exchange.
using BodySource = std::function<Result<std::string>(std::size_t bytes_max)>;

/// Whether a request may be sent again, on a new connection, where a kept one turns out to be
/// closed: the server may have seen the first one.
enum class Repeat { kNever, kSafe };

/// `target` follows the base URL's path: "/v1/messages?a=b".
struct HttpRequest {
  std::string method = "GET";
  std::string target = {};
  Headers headers = {};
  std::string body = {};
  BodySource source = nullptr;     ///< where set, the body comes from here
  std::uint64_t source_bytes = 0;  ///< and has this many bytes
  Repeat repeat = Repeat::kNever;
};

struct HttpHead {
  int status = 0;
  Headers headers;
};

}  // namespace coditect::net_client
