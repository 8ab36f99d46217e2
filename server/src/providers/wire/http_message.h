#pragma once

#include <string>

#include "base/clock.h"
#include "net/client/http_message.h"

namespace coditect::providers {

using net_client::find_header;
using net_client::Header;
using net_client::Headers;
using net_client::HttpHead;

/// A POST of JSON. `target` follows the base URL's path: "/v1/messages".
struct HttpPost {
  std::string target;
  Headers headers;
  std::string body;
};

/// A response that is no answer: what an adapter's error decoder reads.
struct HttpFailure {
  int status = 0;
  Headers headers;
  std::string body;  ///< cut at kModelErrorBodyBytesMax
  Time now{};        ///< when it was read, for dates in headers
};

}  // namespace coditect::providers
