#pragma once

#include <boost/asio/ip/address.hpp>

namespace coditect::tools {

/// Whether an address belongs to the public Internet: no loopback, private, link-local, shared,
/// multicast, documentation or otherwise reserved one (IANA's registries of special-purpose
/// addresses), none behind which an IPv4 address hides (NAT64, 6to4, Teredo), and none at which
/// clouds tell a machine its secrets. Pure.
bool is_public(const boost::asio::ip::address& address);

}  // namespace coditect::tools
