#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/strong_id.h"

namespace coditect::app {

/// A database that is not what the log says.
struct DatabaseProblem {
  std::string name;
  std::string what;
  bool repaired = false;  ///< it was removed, and the next query builds it anew
};

/// Looks through every database in `folder`, which a server may use meanwhile; one that is missing
/// is no problem. `head` is the log's last event, where it is known: no database may be ahead of
/// it. A database that cannot be read is a problem, not an error.
///
/// Threads: any. Blocks, for a minute a database at most.
std::vector<DatabaseProblem> find_database_problems(const std::filesystem::path& folder,
                                                    std::optional<Sequence> head);

/// Removes those databases, and says so in `problems`. No server uses them.
///
/// Threads: any; blocks. Errors: those of the disk; what was removed before is marked.
Result<void> repair(const std::filesystem::path& folder, std::vector<DatabaseProblem>& problems);

}  // namespace coditect::app
