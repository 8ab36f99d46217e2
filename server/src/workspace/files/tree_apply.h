#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>

#include "base/result.h"
#include "storage/blobs/blob_store.h"
#include "workspace/files/project_folder.h"
#include "workspace/files/tree_step.h"

namespace coditect::workspace {

/// What is at `path` now, with the hash of a file's content; nothing where nothing is, or where the
/// way there leads through a file or a link. Blocking. Errc::kInvalid for a pipe or device,
/// Errc::kLimit for a file of more than kTrackedBytesMax.
Result<std::optional<blobs::TreeEntry>> entry_at(const ProjectFolder& folder,
                                                 const std::string& path);

/// Takes steps in a project's folder. Contents come from the blob store.
///
/// Threads:    one at a time; every call blocks on the disk.
/// Lifetime:   `folder` and `blobs` outlive it. What it has staged and not used is discarded with
/// it. Invariants: a file that is replaced or deleted is the one that the step names, or stays
///             (ProjectFolder::publish, remove).
class TreeApply {
 public:
  TreeApply(const ProjectFolder& folder, const blobs::BlobStore& blobs)
      : folder_(folder), blobs_(blobs) {}
  TreeApply(const TreeApply&) = delete;
  TreeApply& operator=(const TreeApply&) = delete;
  ~TreeApply();

  /// Writes and syncs all files that the steps bring, outside the project.
  Result<void> stage(std::span<const TreeStep> steps);
  /// Takes all steps, in order. On an error those that were taken are taken back, but for what
  /// other programs have changed since. Errc::kConflict where something is not as the step says.
  Result<void> apply(std::span<const TreeStep> steps);
  /// Takes the steps that are not taken yet; what is neither as before the step nor as after it
  /// stays as it is.
  Result<void> complete(std::span<const TreeStep> steps);

 private:
  Result<void> take(const TreeStep& step);
  Result<void> take_away(const TreeStep& step);
  Result<void> bring(const TreeStep& step);
  Result<std::string> stage_file(const blobs::TreeEntry& entry, ProjectFolder::Staged how);

  const ProjectFolder& folder_;
  const blobs::BlobStore& blobs_;
  std::map<std::string, std::string> staged_;  ///< names in the staging folder, by path
};

}  // namespace coditect::workspace
