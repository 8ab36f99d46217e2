#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "storage/replication/restore/workspace_copy.h"

namespace coditect::replication {

/// What becomes of a workspace that is not restored as itself.
struct ForkTarget {
  WorkspaceId workspace;
  std::string folder;  ///< below the data folder, as in keys.h
};

struct RestoreOptions {
  /// Ends the log with this event; the databases are then built from the events.
  std::optional<Sequence> through_seq;
  std::optional<ForkTarget> fork;
  LostFiles lost = LostFiles::kRefuse;
  /// How the download of blobs goes on.
  OnProgress on_progress;
};

struct RestoreReport {
  std::filesystem::path root;  ///< the workspace's folder
  std::uint64_t events = 0;
  Sequence through_seq = 0;  ///< the last event
  std::string head_hash;     ///< SHA-256 of its line
  std::uint64_t files = 0;   ///< of the project
  std::uint64_t bytes = 0;   ///< of all that was restored
  std::vector<std::string> databases_restored;
  std::vector<std::string> databases_rebuilt;  ///< are built from the events when first asked
  std::vector<std::string> notes;              ///< what an operator should know
};

/// Brings a workspace from the store into the data folder `data`, where it is not yet. It is built
/// in data/node/restore/ and moved to its place with its workspace.json as the last step: a crash
/// before leaves nothing in that place. Two restores of one workspace do not disturb each other;
/// one of them gets Errc::kConflict.
///
/// Whoever is to serve the workspace owns it before, see ManifestStore::acquire(): otherwise the
/// log goes on while it is read. A fork of another's workspace reads what is there.
///
/// Errors: Errc::kNotFound for no such workspace or event; kConflict where the folder is taken;
/// kInternal for what is lost or damaged, saying what, with nothing installed.
awaitable<Result<RestoreReport>> restore_workspace(RestoreParts parts, std::string folder,
                                                   std::filesystem::path data,
                                                   RestoreOptions options);

/// Removes what restores left that were cut short. Nobody restores meanwhile. Blocking.
Result<void> clear_restores(const std::filesystem::path& data);

}  // namespace coditect::replication
