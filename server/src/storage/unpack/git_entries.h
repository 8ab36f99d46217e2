#pragma once

#include <string_view>

#include "storage/unpack/archive_entry.h"

namespace coditect::unpack {

/// What becomes of an entry of an archive, as far as git is concerned.
enum class GitEntry {
  kPlain,    ///< not git's, or part of a repository that runs nothing: kept
  kConfig,   ///< a repository's settings: kept as safe_git_config() has them
  kLeftOut,  ///< may make git run a program or look elsewhere
};

/// A repository in an archive stays one, with its history, branches and index. Of what is below
/// `.git` only what a repository cannot do without is kept, by a list: hooks, repositories of
/// submodules and other worktrees, half-done rebases, borrowed objects, links and whatever a later
/// git may read there are not. A `.git` that is a file or a link leads elsewhere, and is not kept
/// either. `path` is as entry_path() gave it.
GitEntry git_entry(std::string_view path, ArchiveEntry::Kind kind);

}  // namespace coditect::unpack
