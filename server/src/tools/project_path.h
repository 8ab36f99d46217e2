#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace coditect::tools {

/// A path as a model writes it, made relative to the project with '/' and without "." components:
/// "./src//a.cpp" and "/workspace/src/a.cpp" are "src/a.cpp"; "", "." and "/workspace" are "".
/// Errc::kInvalid for what leads out of the project, is too long, or holds NUL or a line break.
/// Pure: symbolic links are the host's to resolve.
Result<std::string> project_path(std::string_view path);

/// project_path() of a file to change. Also refuses the project itself and the repository's own
/// folder, whose content git executes.
Result<std::string> changeable_path(std::string_view path);

/// changeable_path() of what is to be locked: a folder keeps its '/' at the end, a glob is taken as
/// it is.
Result<std::string> lockable_path(std::string_view path);

}  // namespace coditect::tools
