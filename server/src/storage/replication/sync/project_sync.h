#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "async/blocking_pool.h"
#include "storage/blobs/blob_store.h"
#include "storage/blobs/snapshot.h"
#include "storage/replication/manifest.h"

namespace coditect::replication {

/// True for what is left out of a project's copy: folders that a package manager or an interpreter
/// fills again. A checkpoint leaves out the same, and repositories as well.
bool is_left_out_of_project(std::string_view path);

/// Takes a workspace's project tree, repositories included, into its blob store, from where
/// BlobSync copies it. A content that is there already is not stored again.
///
/// Threads:    any strand; one call at a time.
/// Lifetime:   `blobs` and `disk` outlive it and its calls.
/// Errors:     those of the blob store; Errc::kNotFound where there is no project folder.
class ProjectSync {
 public:
  ProjectSync(blobs::BlobStore& blobs, BlockingPool& disk, std::filesystem::path projects);

  struct Taken {
    Manifest::ProjectTree project;
    std::uint64_t files = 0;
    std::uint64_t bytes = 0;
    std::vector<blobs::Skipped> skipped;  ///< what could not be taken, and why
  };
  /// `seq`: every edit up to it is in the folder. A repository that changes while it is read is
  /// read again, limits::kSnapshotAttemptsMax times; `skipped` names one that would not hold still.
  awaitable<Result<Taken>> take(Sequence seq);

 private:
  Result<Taken> take_blocking(Sequence seq) const;

  // Constant after construction.
  blobs::BlobStore& blobs_;
  BlockingPool& disk_;
  const std::filesystem::path projects_;
};

}  // namespace coditect::replication
