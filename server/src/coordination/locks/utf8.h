#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace coditect::locks {

/// The text's code points; nothing when it is not well-formed UTF-8 (overlong forms, surrogates
/// and numbers above U+10FFFF included).
std::optional<std::u32string> decode_utf8(std::string_view text);

}  // namespace coditect::locks
