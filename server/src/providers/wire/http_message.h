#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace coditect::providers {

struct Header {
  std::string name;
  std::string value;
};
using Headers = std::vector<Header>;

/// The value of the first header of that name, whatever its case; "" where there is none.
std::string_view find_header(const Headers& headers, std::string_view name);

/// A POST of JSON. `target` follows the base URL's path: "/v1/messages".
struct HttpPost {
  std::string target;
  Headers headers;
  std::string body;
};

struct HttpHead {
  int status = 0;
  Headers headers;
};

/// A response that is no answer: what an adapter's error decoder reads.
struct HttpFailure {
  int status = 0;
  Headers headers;
  std::string body;  ///< cut at kModelErrorBodyBytesMax
  Time now{};        ///< when it was read, for dates in headers
};

}  // namespace coditect::providers
