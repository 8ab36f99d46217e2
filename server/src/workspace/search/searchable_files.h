#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "async/strand.h"
#include "base/result.h"
#include "tools/toolbox.h"

namespace coditect::workspace {

/// Paths of the project's files that a search looks into: what ripgrep lists, so that what
/// .gitignore and its like exclude is left out, and files that are not too large.
awaitable<Result<std::vector<std::string>>> searchable_files(const tools::ToolBox& tools,
                                                             std::filesystem::path root,
                                                             std::stop_token stop);

}  // namespace coditect::workspace
