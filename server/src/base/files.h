#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"

namespace coditect {

/// The whole of a small file of ours. Errc::kNotFound, kLimit beyond `bytes_max`. Blocking.
Result<std::string> read_file(const std::filesystem::path& path, std::size_t bytes_max);

/// Replaces a file so that a reader, also one after a power loss, finds the old content or the new
/// one: a new file beside it, synced, renamed, the folder synced. `mode` are permission bits.
Result<void> replace_file(const std::filesystem::path& path, std::string_view bytes,
                          std::uint32_t mode);

/// Makes a folder's entries durable.
Result<void> sync_folder(const std::filesystem::path& path);

}  // namespace coditect
