#pragma once

#include <string>
#include <string_view>

namespace coditect {

/// SHA-256 as 64 lower-case hex digits.
std::string sha256_hex(std::string_view bytes);

/// Sixty-four zeros: the `prev` of a log's first line.
extern const std::string kZeroHash;

}  // namespace coditect
