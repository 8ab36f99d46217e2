#include "tools/network/allow_list.h"

#include <algorithm>

#include "tools/network/network_limits.h"
#include "tools/network/public_address.h"

namespace coditect::tools {

namespace {

constexpr std::size_t kPatternsShown = 20;

}  // namespace

bool AllowList::Pattern::fits(const HostPort& to) const {
  if (std::ranges::count(ports, to.port) == 0) return false;
  if (!host.starts_with('.')) return to.host == host;
  return to.host.size() > host.size() && to.host.ends_with(host) && !to.address();
}

Result<AllowList::Pattern> AllowList::parse_one(std::string_view written) {
  Pattern pattern;
  pattern.written = written;
  const bool wild = written.starts_with("*.");
  if (wild) written.remove_prefix(2);
  constexpr std::uint16_t kNoPort = 0;
  auto read = parse_host_port(written, kNoPort);
  if (!read || (wild && read->address())) {
    return invalid("'" + pattern.written + "' is not a host that commands can be let out to",
                   "use a name, a name below *., or an address, each with or without a port");
  }
  pattern.host = (wild ? "." : "") + read->host;
  if (read->port == kNoPort) {
    pattern.ports = {80, 443};
  } else {
    pattern.ports = {read->port};
  }
  return pattern;
}

Result<AllowList> AllowList::parse(const std::vector<std::string>& patterns) {
  if (patterns.size() > limits::kNetworkPatternsMax) {
    return Error{Errc::kLimit,
                 "there are more than " + std::to_string(limits::kNetworkPatternsMax) + " hosts",
                 {}};
  }
  AllowList list;
  for (const std::string& written : patterns) {
    TRY(Pattern pattern, parse_one(written));
    list.patterns_.push_back(std::move(pattern));
  }
  return list;
}

bool AllowList::allows(const HostPort& to) const {
  return std::ranges::any_of(patterns_, [&to](const Pattern& each) { return each.fits(to); });
}

bool AllowList::allows_address(const boost::asio::ip::address& address, std::uint16_t port) const {
  return is_public(address) || allows({plain_address(address).to_string(), port});
}

std::string AllowList::text() const {
  std::string text;
  const std::size_t shown = std::min(patterns_.size(), kPatternsShown);
  for (std::size_t at = 0; at < shown; ++at) {
    text += (text.empty() ? "" : ", ") + patterns_[at].written;
  }
  if (shown == patterns_.size()) return text;
  return text + " and " + std::to_string(patterns_.size() - shown) + " more";
}

}  // namespace coditect::tools
