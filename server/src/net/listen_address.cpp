#include "net/listen_address.h"

#include <charconv>

namespace coditect::net {

namespace {

Error bad_address(std::string_view text) {
  return invalid("'" + std::string(text) + "' is not an address to listen on",
                 "write HOST:PORT, such as 127.0.0.1:7700 or [::1]:0");
}

}  // namespace

Result<ListenAddress> parse_listen_address(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return bad_address(text);
  std::string_view host = text.substr(0, colon);
  const std::string_view digits = text.substr(colon + 1);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
    if (!host.contains(':')) return bad_address(text);
  } else if (host.contains(':')) {
    return bad_address(text);
  }
  ListenAddress address;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), address.port);
  if (host.empty() || digits.empty() || error != std::errc() ||
      end != digits.data() + digits.size()) {
    return bad_address(text);
  }
  address.host = host;
  return address;
}

}  // namespace coditect::net
