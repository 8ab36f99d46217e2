#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace coditect::workspace {

/// Whether a file of this path tells agents how to work: AGENTS.md, CLAUDE.md or GEMINI.md, in any
/// folder.
bool is_instruction_path(std::string_view path);

/// The instruction files that hold for `path`, a file or a folder ("" for the project), if they are
/// there: the project's own first, then folder by folder down to it.
std::vector<std::string> instruction_paths(std::string_view path);

}  // namespace coditect::workspace
