#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <sys/types.h>

namespace coditect::unpack {

/// What an archive says of one of its entries, before any of it is believed.
struct ArchiveEntry {
  enum class Kind { kFile, kFolder, kLink, kHardLink, kOther };

  std::string name;  ///< as it stands there
  Kind kind = Kind::kFile;
  std::string target = {};                            ///< of a link or hard link
  mode_t mode = 0644;                                 ///< all bits, also those that are not kept
  std::optional<std::uint64_t> bytes = std::nullopt;  ///< of a file, where that is known beforehand
};

}  // namespace coditect::unpack
