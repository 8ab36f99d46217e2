#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "app/verify/database_problems.h"
#include "base/json.h"
#include "base/result.h"
#include "storage/archive/verify.h"

namespace coditect::app {

/// What one workspace on disk is like: its log, the contents that the log names, and the databases
/// that are computed from it.
struct CheckedWorkspace {
  std::string id;
  std::filesystem::path sessions;
  archive::Report archive;    ///< its head is moved on over what waits in the journal
  std::uint64_t waiting = 0;  ///< events in the journal that the next start brings into the archive
  bool unfinished = false;    ///< the archive's end is torn, as a killed server leaves it
  std::vector<archive::Problem> damage;    ///< of the log and the contents
  std::vector<DatabaseProblem> databases;  ///< what the log allows to repair
  std::uint64_t contents = 0;              ///< that were compared with their hashes

  bool clean() const {
    return damage.empty() && std::ranges::all_of(databases, &DatabaseProblem::repaired);
  }
};

/// What a look at a folder found.
struct DataCheck {
  enum class Journal {
    kRead,
    kInUse,  ///< by a running server: not looked at
    kNone,   ///< the folder does not belong to a data folder that has one
  };
  std::vector<CheckedWorkspace> workspaces;  ///< ordered by id
  Journal journal = Journal::kNone;
  std::optional<Error> journal_damage;

  bool clean() const;
};

/// Checks every workspace in a data folder, or the one whose folder, or folder of sessions,
/// `folder` is, together with the journal.
///
/// Changes nothing, or repairs what the log allows: damaged databases are removed, and are rebuilt
/// from the events by the next query. Errc::kConflict for a repair beside a running server.
///
/// An archive that ends in a torn line is clean when its event waits in the journal, or when a
/// running server or a missing journal keeps that from being seen; without the event it is damage.
/// Errors: Errc::kNotFound when there is no folder or no workspace in it; those of the disk.
enum class Repair { kNothing, kWhatTheLogAllows };
Result<DataCheck> check_data(const std::filesystem::path& folder, Repair repair = Repair::kNothing);

/// The folder of a workspace's sessions in a data folder; nothing where it is not there.
std::optional<std::filesystem::path> find_sessions(const std::filesystem::path& data,
                                                   const std::string& workspace);

/// {clean, journal, workspaces: [{id, clean, events, segments, bytes, head, hash, waiting,
/// unfinished, contents, problems, databases: [{name, what, repaired}]}], problems}
json::object to_json(const DataCheck& check);
/// A line for each workspace and for each problem, and what to do about it.
std::string format_check(const DataCheck& check);

}  // namespace coditect::app
