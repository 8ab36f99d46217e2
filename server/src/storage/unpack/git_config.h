#pragma once

#include <string>
#include <string_view>

namespace coditect::unpack {

/// A repository's settings without those that make git run a program or read files elsewhere
/// (fsmonitor, hooksPath, filters, aliases, includes, other helpers): a list says which are kept,
/// and only values of plain characters are. The text is written anew, so what git reads in it is
/// what was seen here.
std::string safe_git_config(std::string_view text);

}  // namespace coditect::unpack
