#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace coditect {

/// RFC 4648 with padding.
std::string to_base64(std::string_view bytes);
/// Errc::kInvalid for everything that to_base64() does not write.
Result<std::string> from_base64(std::string_view text);

}  // namespace coditect
