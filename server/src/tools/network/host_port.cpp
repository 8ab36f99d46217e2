#include "tools/network/host_port.h"

#include <algorithm>
#include <charconv>

#include "tools/network/network_limits.h"

namespace coditect::tools {

namespace {

using boost::asio::ip::address;
using boost::asio::ip::address_v4;
using boost::asio::ip::address_v6;

constexpr std::size_t kLabelBytesMax = 63;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

Result<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  if (!whole || port == 0 || text.size() > 5) return invalid("not a port");
  return port;
}

/// Whether some program reads a name with this last label as an address (RFC 3986, 7.4).
bool reads_as_number(std::string_view label) {
  return std::ranges::all_of(label, is_digit) || label.starts_with("0x");
}

Result<std::string> parse_name(std::string_view text) {
  std::string name;
  for (const char c : text) name += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  if (name.empty() || name.size() > limits::kHostBytesMax) return invalid("not a host");
  std::string_view last;
  for (std::string_view rest = name;;) {
    const std::size_t dot = rest.find('.');
    last = rest.substr(0, dot);
    const bool good = std::ranges::all_of(
        last, [](char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || c == '-' || c == '_'; });
    if (last.empty() || last.size() > kLabelBytesMax || !good) return invalid("not a host");
    if (dot == std::string_view::npos) break;
    rest.remove_prefix(dot + 1);
  }
  if (!reads_as_number(last)) return name;
  boost::system::error_code error;
  const address_v4 found = boost::asio::ip::make_address_v4(name, error);
  if (error || found.to_string() != name) return invalid("an address that is spelled unusually");
  return name;
}

Result<std::string> parse_v6(std::string_view text) {
  boost::system::error_code error;
  // A zone names an interface of this machine, and is not part of what is looked up.
  if (text.contains('%')) return invalid("an address with a zone");
  const address_v6 found = boost::asio::ip::make_address_v6(std::string(text), error);
  if (error) return invalid("not an IPv6 address");
  return plain_address(found).to_string();
}

}  // namespace

std::string HostPort::text() const {
  return (host.contains(':') ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::optional<address> HostPort::address() const {
  boost::system::error_code error;
  const auto found = boost::asio::ip::make_address(host, error);
  return error ? std::nullopt : std::optional(found);
}

Result<HostPort> parse_host_port(std::string_view text, std::optional<std::uint16_t> default_port) {
  if (text.contains('@')) return invalid("a user stands in front of the host");
  const bool bracketed = text.starts_with('[');
  const std::size_t host_end = bracketed ? text.find(']') : text.find(':');
  if (bracketed && host_end == std::string_view::npos) return invalid("a bracket is not closed");
  std::string_view rest;
  if (host_end != std::string_view::npos) rest = text.substr(host_end + (bracketed ? 1 : 0));
  HostPort result;
  if (bracketed) {
    TRY(result.host, parse_v6(text.substr(1, host_end - 1)));
  } else {
    TRY(result.host, parse_name(text.substr(0, host_end)));
  }
  if (rest.empty()) {
    if (!default_port) return invalid("there is no port");
    result.port = *default_port;
    return result;
  }
  if (!rest.starts_with(':')) return invalid("not a port");
  TRY(result.port, parse_port(rest.substr(1)));
  return result;
}

address plain_address(const address& from) {
  if (!from.is_v6() || !from.to_v6().is_v4_mapped()) return from;
  return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, from.to_v6());
}

}  // namespace coditect::tools
