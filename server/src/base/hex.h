#pragma once

#include <span>
#include <string>

namespace coditect {

/// Lower-case hex, two digits a byte.
std::string to_hex(std::span<const unsigned char> bytes);

}  // namespace coditect
