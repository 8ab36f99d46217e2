#pragma once

#include <string_view>

namespace coditect::databases {

/// The language of a file by its name ("C++", "TypeScript", "Markdown", ...); "Other" where the
/// name does not say.
std::string_view language_of(std::string_view path);

}  // namespace coditect::databases
