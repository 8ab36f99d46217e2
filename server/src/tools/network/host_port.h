#pragma once

#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace coditect::tools {

/// A host and a port that there is only one way to write: a name in lower case, or an address in
/// its canonical form (an IPv4 address inside an IPv6 one is the IPv4 address).
struct HostPort {
  std::string host;
  std::uint16_t port = 0;

  /// "example.org:443", "[2001:db8::1]:443".
  std::string text() const;
  /// Of a host that is an address.
  std::optional<boost::asio::ip::address> address() const;
  bool operator==(const HostPort&) const = default;
};

/// Reads "host", "host:port", "[v6]" or "[v6]:port". Errc::kInvalid for anything else: a user in
/// front of the host, empty labels, a zone, addresses that only some programs take for one
/// (`127.1`, `0x7f000001`, `0177.0.0.1`, `2130706433`), and no port where none is by default. Pure.
Result<HostPort> parse_host_port(std::string_view text, std::optional<std::uint16_t> default_port);

/// The form in which the same address is always compared: IPv4 out of IPv6 where it is inside one.
boost::asio::ip::address plain_address(const boost::asio::ip::address& address);

}  // namespace coditect::tools
