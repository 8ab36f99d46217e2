#pragma once

#include <cstddef>
#include <string_view>

#include "base/result.h"

namespace coditect::objects {

/// The longest component of a key: what a file system's name (255 bytes) leaves for a suffix.
inline constexpr std::size_t kKeyComponentBytesMax = 240;

/// Errc::kInvalid for what is no key: see ObjectStore. Every store asks before it does anything.
Result<void> check_key(std::string_view key);

/// Errc::kInvalid for what no key can begin with. "" begins every key, "a/b" begins "a/bc".
Result<void> check_prefix(std::string_view prefix);

/// Errc::kInvalid unless a page of `limit` objects may be asked for.
Result<void> check_list_limit(std::size_t limit);

}  // namespace coditect::objects
