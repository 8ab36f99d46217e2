#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace coditect::unpack {

/// An entry's name as an error may show it: one line of text, not too long.
std::string shown(std::string_view name);

/// Errc::kInvalid: "the entry 'NAME' WHY", and what to do about it.
Error refused_entry(std::string_view name, const std::string& why);

/// Where an entry belongs below the folder that it is unpacked into: "src/a.txt", without "." and
/// without doubled or final slashes; "" is the folder itself. Errc::kInvalid for a name that leads
/// elsewhere (absolute, "..") and for one that no project has: not UTF-8, control characters,
/// longer than limits::kPathBytesMax, or with a part that no file system takes.
Result<std::string> entry_path(std::string_view name);

/// Whether a symbolic link at `path`, as entry_path() gave it, stays below the folder, whatever the
/// other links are: its target is relative, and ".." stands only at its beginning, at most as often
/// as there are folders above the link. (After a name ".." would go up from where a link leads.)
bool stays_inside(std::string_view path, std::string_view target);

/// "src" of "src/a.txt", "" of "a.txt".
std::string_view parent_of(std::string_view path);

}  // namespace coditect::unpack
