#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "storage/objects/object_store.h"

namespace coditect::objects {

/// A mirror holds an object as its content, with a line of JSON and a number behind it that say
/// what the primary has said, and the SHA-256 of key and content: docs/formats/objects.md. So a
/// mirror can be checked without asking the primary, and whatever a mirror calls checksum or
/// generation does not matter.

/// The most that a copy is longer than its content.
inline constexpr std::size_t kCopyOverheadBytesMax = 8u << 10;

/// The copy of an object, with `info` from the primary.
std::string make_copy(const ObjectInfo& info, std::string_view content);

/// The object that `copy` is the undamaged copy of; nothing when it is none, or not of `key`.
std::optional<ObjectStore::Object> read_copy(std::string_view key, std::string copy);

}  // namespace coditect::objects
