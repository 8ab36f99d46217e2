#pragma once

#include <string_view>

namespace coditect {

/// True when `text` is well-formed UTF-8 (RFC 3629: no overlong form, no surrogate).
bool is_utf8(std::string_view text);

}  // namespace coditect
