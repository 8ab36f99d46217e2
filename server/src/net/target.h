#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace coditect::net {

/// Where a request goes, decoded.
struct Target {
  std::string path;  ///< begins with '/', no empty, "." or ".." segment; a final '/' is kept
  std::vector<std::pair<std::string, std::string>> query;  ///< in order; '+' is a space
};

/// Decodes a request target (RFC 9112 section 3.2): origin form ("/a?b=c") or absolute form
/// ("http://host/a"). Errc::kInvalid for anything else, for a bad escape, for a path that climbs
/// above the root, and for a decoded path that holds a control character, a backslash, an
/// escaped slash or bytes that are not UTF-8: each would mean different things to different
/// readers.
Result<Target> parse_target(std::string_view target);

/// Undoes %XX. Errc::kInvalid for an escape that is not two hex digits.
Result<std::string> percent_decode(std::string_view text);

}  // namespace coditect::net
