#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace coditect::workspace {

/// A text in the units in which editors count. Errc::kInvalid for what is not UTF-8.
Result<std::u16string> to_utf16(std::string_view text);

/// Half of a surrogate pair, which no text holds, becomes U+FFFD.
std::string to_utf8(std::u16string_view text);

}  // namespace coditect::workspace
