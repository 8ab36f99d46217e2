#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace coditect::locks {

/// The segments of a path relative to the project, `.` segments left out and one trailing slash
/// ignored; none for "" and ".". They point into `path`.
///
/// Errc::kInvalid for an absolute path, `..`, an empty segment, a NUL, a backslash, text that is
/// not UTF-8 (it could not be written to the log) and more than limits::kPathBytesMax bytes.
Result<std::vector<std::string_view>> path_segments(std::string_view path);

/// The one spelling of a file's path: "src/a.cpp" for "./src/./a.cpp". Refuses what
/// path_segments refuses, and also the project itself and a trailing slash.
Result<std::string> canonical_path(std::string_view path);

/// The one spelling of a folder's path, without a trailing slash; "" is the project itself.
Result<std::string> canonical_folder(std::string_view path);

}  // namespace coditect::locks
