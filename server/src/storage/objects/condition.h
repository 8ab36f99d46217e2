#pragma once

#include <string_view>

#include "storage/objects/object_store.h"

namespace coditect::objects {

/// Errc::kConflict when `condition` forbids to put over `standing`, the object that is there
/// (nullptr: none).
Result<void> check_condition(std::string_view key, const Condition& condition,
                             const ObjectInfo* standing);

/// What every store says about a key that it does not hold.
Error no_such_object(std::string_view key);
/// What every store says about a content that does not have its checksum.
Error damaged_object(std::string_view key);
/// What every store says about a content of more bytes than its caller wants.
Error too_large_object(std::string_view key, std::uint64_t bytes, std::size_t bytes_max);

}  // namespace coditect::objects
