#include "net/target.h"

#include <algorithm>
#include <optional>

#include "base/utf8.h"
#include "net/ascii.h"

namespace coditect::net {

namespace {

std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  const char lower = to_lower_ascii(c);
  if (lower >= 'a' && lower <= 'f') return static_cast<unsigned>(lower - 'a') + 10;
  return std::nullopt;
}

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f;
}

/// The path and query of an absolute-form target, or the target itself.
std::string_view without_authority(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!equal_without_case(target.substr(0, scheme.size()), scheme)) continue;
    const std::size_t path = target.find_first_of("/?", scheme.size());
    return path == std::string_view::npos ? "/" : target.substr(path);
  }
  return target;
}

Result<std::string> decode_segment(std::string_view raw) {
  TRY(std::string segment, percent_decode(raw));
  if (std::ranges::any_of(segment, is_control)) {
    return invalid("the path holds a control character");
  }
  if (segment.find_first_of("/\\") != std::string::npos) {
    return invalid("the path holds an escaped slash or a backslash");
  }
  if (!is_utf8(segment)) return invalid("the path is not UTF-8");
  return segment;
}

Result<std::string> normalise_path(std::string_view raw) {
  std::vector<std::string> segments;
  bool ends_in_slash = false;
  while (!raw.empty()) {
    raw.remove_prefix(1);
    const std::size_t end = std::min(raw.find('/'), raw.size());
    TRY(std::string segment, decode_segment(raw.substr(0, end)));
    raw.remove_prefix(end);
    ends_in_slash = segment.empty() || segment == "." || segment == "..";
    if (segment == "..") {
      if (segments.empty()) return invalid("the path climbs above the root");
      segments.pop_back();
    } else if (!ends_in_slash) {
      segments.push_back(std::move(segment));
    }
  }
  std::string path;
  for (const std::string& segment : segments) path.append("/").append(segment);
  if (ends_in_slash || path.empty()) path += '/';
  return path;
}

Result<std::string> decode_query_part(std::string_view raw) {
  std::string spaced(raw);
  std::ranges::replace(spaced, '+', ' ');
  return percent_decode(spaced);
}

}  // namespace

Result<std::string> percent_decode(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    const auto high = i + 1 < text.size() ? hex_digit(text[i + 1]) : std::nullopt;
    const auto low = i + 2 < text.size() ? hex_digit(text[i + 2]) : std::nullopt;
    if (!high || !low) return invalid("a % in the target is not followed by two hex digits");
    decoded += static_cast<char>(*high * 16 + *low);
    i += 2;
  }
  return decoded;
}

Result<Target> parse_target(std::string_view target) {
  std::string_view rest = without_authority(target);
  rest = rest.substr(0, rest.find('#'));
  const std::size_t mark = std::min(rest.find('?'), rest.size());
  std::string_view raw_path = rest.substr(0, mark);
  if (raw_path.empty() && rest.size() != target.size()) raw_path = "/";
  if (!raw_path.starts_with('/')) return invalid("the request target must begin with a slash");

  Target parsed;
  TRY(parsed.path, normalise_path(raw_path));
  std::string_view raw_query = rest.substr(std::min(mark + 1, rest.size()));
  while (!raw_query.empty()) {
    const std::size_t end = std::min(raw_query.find('&'), raw_query.size());
    const std::string_view pair = raw_query.substr(0, end);
    raw_query.remove_prefix(std::min(end + 1, raw_query.size()));
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    TRY(std::string key, decode_query_part(pair.substr(0, equals)));
    TRY(std::string value, decode_query_part(pair.substr(std::min(equals + 1, pair.size()))));
    parsed.query.emplace_back(std::move(key), std::move(value));
  }
  return parsed;
}

}  // namespace coditect::net
