#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace coditect::net {

/// Where to listen, split: "127.0.0.1:7700", "[::1]:0", "localhost:7700".
struct ListenAddress {
  std::string host;  ///< without the brackets of an IPv6 address
  std::uint16_t port = 0;
};

/// Errc::kInvalid, with an example as its hint, for anything that is not HOST:PORT.
Result<ListenAddress> parse_listen_address(std::string_view text);

}  // namespace coditect::net
