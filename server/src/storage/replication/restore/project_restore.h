#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "storage/blobs/blob_store.h"
#include "storage/replication/manifest.h"

namespace coditect::replication {

/// What becomes of a file whose content is lost.
enum class LostFiles {
  kRefuse,    ///< nothing is restored, and the error names the file
  kLeaveOut,  ///< it is left out, and a note names it
};

/// The tree that a project's files are made from, and the events that are applied to it.
struct BaseTree {
  std::string tree;             ///< hash of its manifest; "" for an empty folder
  Sequence seq = 0;             ///< of the tree
  Sequence replay_after = 0;    ///< edits after this event are applied
  std::string repository_tree;  ///< where `.git` comes from, when `tree` has none; "" for nowhere
};

/// Whether the log ends where it ended, or at an event that was asked for.
enum class Moment { kEnd, kEarlier };

/// The project's copy; for an earlier moment the last checkpoint up to event `through`, which holds
/// no repository: unlike the copy it has no edit that came after its event. Blocking.
Result<BaseTree> choose_base(const std::optional<Manifest::ProjectTree>& project,
                             const std::filesystem::path& sessions, Moment moment,
                             Sequence through);

/// What was written.
struct RestoredProject {
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  std::vector<std::string> notes;  ///< what is not as the log says, in words
};

/// Writes the files as they were after event `through`, the last one in `sessions`, into `folder`,
/// which is there and empty. Not synced. Blocking.
/// Errors: Errc::kInternal for lost contents with LostFiles::kRefuse; those of the disk.
Result<RestoredProject> restore_project(const BaseTree& base, const std::filesystem::path& sessions,
                                        const blobs::BlobStore& blobs, LostFiles lost,
                                        const std::filesystem::path& folder);

}  // namespace coditect::replication
