#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace coditect::tools {

enum class GitEffect { kReads, kWrites };

/// Decides whether an agent may run `git args...`, and whether that changes the repository. Pure.
///
/// The tool offers what several agents in one working tree can use side by side: looking, naming
/// new branches, and committing files by name. Refused, with a reason: options before the
/// subcommand (they replace git's configuration), options that write files, and everything that
/// moves the tree or rewrites history. It is a guide for models, not the wall: the wall is the
/// sandbox.
Result<GitEffect> check_git_arguments(const std::vector<std::string>& args);

}  // namespace coditect::tools
