#include "api/mcp/resource_address.h"

#include <charconv>

#include "net/target.h"

namespace coditect::api {

namespace {

constexpr std::string_view kScheme = "coditect://";
constexpr std::string_view kFiles = "files/";
constexpr std::string_view kLog = "log";

Error unknown(std::string_view uri) {
  return not_found("there is no resource '" + std::string(uri) + "'",
                   "resources/list and resources/templates/list name what there is");
}

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '.' || c == '~' || c == '/';
}

template <class Number>
bool read_number(std::string_view text, std::optional<Number>& number) {
  Number value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) return false;
  number = value;
  return true;
}

/// Reads "from=1&limit=2"; false for anything else.
bool read_query(std::string_view query, ResourceAddress& address) {
  while (!query.empty()) {
    const auto end = query.find('&');
    const std::string_view pair = query.substr(0, end);
    query = end == std::string_view::npos ? std::string_view() : query.substr(end + 1);
    const auto equals = pair.find('=');
    if (equals == std::string_view::npos) return false;
    const std::string_view value = pair.substr(equals + 1);
    const bool is_from = pair.substr(0, equals) == "from";
    if (!is_from && pair.substr(0, equals) != "limit") return false;
    const bool read =
        is_from ? read_number(value, address.from) : read_number(value, address.limit);
    if (!read) return false;
  }
  return true;
}

}  // namespace

Result<ResourceAddress> parse_resource(std::string_view uri) {
  if (!uri.starts_with(kScheme)) return unknown(uri);
  const std::string_view rest = uri.substr(kScheme.size());
  const auto slash = rest.find('/');
  if (slash == std::string_view::npos || slash == 0) return unknown(uri);
  ResourceAddress address;
  address.workspace = rest.substr(0, slash);
  const std::string_view what = rest.substr(slash + 1);
  if (what.starts_with(kFiles)) {
    address.kind = ResourceAddress::Kind::kFile;
    auto path = net::percent_decode(what.substr(kFiles.size()));
    if (!path || path->empty()) return unknown(uri);
    address.path = *std::move(path);
    return address;
  }
  if (!what.starts_with(kLog)) return unknown(uri);
  const std::string_view query = what.substr(kLog.size());
  if (query.empty()) return address;
  if (query.front() != '?' || !read_query(query.substr(1), address)) return unknown(uri);
  return address;
}

std::string file_uri(std::string_view workspace, std::string_view path) {
  std::string uri = std::string(kScheme) + std::string(workspace) + "/" + std::string(kFiles);
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  for (const char c : path) {
    if (is_plain(c)) {
      uri += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    uri += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
  }
  return uri;
}

std::string log_uri(std::string_view workspace) {
  return std::string(kScheme) + std::string(workspace) + "/" + std::string(kLog);
}

}  // namespace coditect::api
