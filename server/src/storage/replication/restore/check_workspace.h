#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "storage/replication/restore/workspace_copy.h"

namespace coditect::replication {

/// What a drill found of one workspace in the store.
struct StoreCheck {
  struct Problem {
    std::string what;
    std::string hint;
  };
  std::uint64_t events = 0;
  std::string head_hash;
  std::uint64_t contents = 0;  ///< of its blobs, each read and compared with its hash
  std::uint64_t bytes = 0;     ///< of log, blobs and project
  std::vector<std::string> databases_restored;
  std::vector<Problem> problems;   ///< what a restore would lose
  std::vector<std::string> notes;  ///< what it would do without

  bool sound() const { return problems.empty(); }
};

/// Restores a workspace into `scratch`, looks at everything, and removes it again: the log's chain
/// from event 1 on, every blob against its hash, every content that an event or a tree names, the
/// databases' pages and their quick_check, the project's files. Installs nothing, changes nothing
/// in the store, and may run beside the owner: what he adds meanwhile is seen or not.
///
/// Errors: those of a store that does not answer and of the disk; damage is in the result.
awaitable<Result<StoreCheck>> check_workspace(RestoreParts parts, std::string folder,
                                              std::filesystem::path scratch);

}  // namespace coditect::replication
