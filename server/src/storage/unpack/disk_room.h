#pragma once

#include <cstdint>
#include <filesystem>

#include "base/result.h"

namespace coditect::unpack {

/// Errc::kUnavailable where less than kDiskBytesKept would be left on the disk of `folder` once
/// `bytes` more are written: the log needs room too.
Result<void> need_room(const std::filesystem::path& folder, std::uint64_t bytes);

}  // namespace coditect::unpack
