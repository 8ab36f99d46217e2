#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// How stores write bytes in URLs and headers.
namespace coditect::objects {

/// RFC 3986: everything but letters, digits and "-._~" as %XX, upper case.
std::string percent_encode(std::string_view text);
/// The same, and "/" stays: a key as the path of a URL.
std::string percent_encode_path(std::string_view text);

/// RFC 4648, with padding.
std::string base64(std::string_view bytes);
/// RFC 4648, section 5, without padding: for URLs and JSON web tokens.
std::string base64_url(std::string_view bytes);

/// A CRC-32C as stores write it: base64 of its four bytes, the highest first.
std::string crc32c_text(std::uint32_t crc);
/// Nothing for what is no such text.
std::optional<std::uint32_t> parse_crc32c(std::string_view text);

/// A plain decimal number; nothing for anything else.
std::optional<std::uint64_t> parse_number(std::string_view text);

}  // namespace coditect::objects
