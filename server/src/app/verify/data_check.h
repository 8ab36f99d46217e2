#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "storage/archive/verify.h"

namespace coditect::app {

/// What one workspace's log on disk is like.
struct CheckedWorkspace {
  std::string id;
  std::filesystem::path sessions;
  archive::Report archive;    ///< its head is moved on over what waits in the journal
  std::uint64_t waiting = 0;  ///< events in the journal that the next start brings into the archive
  bool unfinished = false;    ///< the archive's end is torn, as a killed server leaves it
  std::vector<archive::Problem> damage;

  bool clean() const { return damage.empty(); }
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

/// Checks every workspace's log in a data folder, or the one whose folder, or folder of sessions,
/// `folder` is, together with the journal. Changes nothing.
///
/// An archive that ends in a torn line is clean when its event waits in the journal, or when a
/// running server or a missing journal keeps that from being seen; without the event it is damage.
/// Errors: Errc::kNotFound when there is no folder or no workspace in it; those of the disk.
Result<DataCheck> check_data(const std::filesystem::path& folder);

/// The folder of a workspace's sessions in a data folder; nothing where it is not there.
std::optional<std::filesystem::path> find_sessions(const std::filesystem::path& data,
                                                   const std::string& workspace);

/// {clean, journal, workspaces: [{id, clean, events, segments, bytes, head, hash, waiting,
/// unfinished, problems}], problems}
json::object to_json(const DataCheck& check);
/// A line for each workspace and for each problem, and what to do about it.
std::string format_check(const DataCheck& check);

}  // namespace coditect::app
