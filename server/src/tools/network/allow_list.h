#pragma once

#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "tools/network/host_port.h"

namespace coditect::tools {

/// The hosts that commands may reach: `registry.example` (ports 80 and 443), `example.org:8443`,
/// `*.example.org` (every name below it, not itself), `192.0.2.7:5432`, `[2001:db8::1]:443`.
///
/// Threads: any, it never changes.
class AllowList {
 public:
  /// Errc::kInvalid names the pattern that is none.
  static Result<AllowList> parse(const std::vector<std::string>& patterns);

  bool empty() const { return patterns_.empty(); }
  /// Whether a request for this host may go on to the look-up of its name.
  bool allows(const HostPort& to) const;
  /// Whether a connection to this address may be made, for a request that allows() let through: a
  /// public one, or one that is itself on the list. A name that leads to a private address is
  /// refused, whoever answers for the name.
  bool allows_address(const boost::asio::ip::address& address, std::uint16_t port) const;
  /// The first twenty patterns, as they were given, with commas between, and how many more.
  std::string text() const;

 private:
  struct Pattern {
    std::string written;
    std::string host;  ///< below a wildcard: with the dot in front
    std::vector<std::uint16_t> ports;
    bool fits(const HostPort& to) const;
  };
  static Result<Pattern> parse_one(std::string_view written);

  std::vector<Pattern> patterns_;
};

}  // namespace coditect::tools
