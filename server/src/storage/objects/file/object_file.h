#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/posix_file.h"
#include "base/result.h"

namespace coditect::objects {

/// What stands behind the content of an object in its file; docs/formats/objects.md. The content
/// comes first, so that it can be read without knowing of us.
struct ObjectTrailer {
  std::uint64_t generation = 0;
  std::uint64_t bytes = 0;  ///< of the content
  std::uint32_t crc32c = 0;

  bool operator==(const ObjectTrailer&) const = default;
};

inline constexpr std::string_view kTrailerMagic = "\ncoditect-object 1 ";
inline constexpr std::size_t kTrailerBytes = kTrailerMagic.size() + 16 + 1 + 16 + 1 + 8 + 1 + 8 + 1;
static_assert(kTrailerBytes == 71, "docs/formats/objects.md says how to cut it off");

std::string to_text(const ObjectTrailer& trailer);
/// Nothing for what to_text() has not written.
std::optional<ObjectTrailer> parse_trailer(std::string_view text);

/// An object's file, open for reading: what it holds stays the same whatever replaces it.
struct ObjectFile {
  FileDescriptor file;
  ObjectTrailer trailer;

  /// Errc::kNotFound when there is no such file or it is a folder; Errc::kInternal when it is no
  /// whole object, naming the file.
  static Result<ObjectFile> open(const std::filesystem::path& path);
};

}  // namespace coditect::objects
