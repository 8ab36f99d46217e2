#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "async/blocking_pool.h"
#include "storage/objects/object_store.h"
#include "storage/replication/sync/uploaded_names.h"

namespace coditect::replication {

/// How far a copy has come.
struct Progress {
  std::uint64_t files = 0;
  std::uint64_t files_total = 0;
  std::uint64_t bytes = 0;
  std::uint64_t bytes_total = 0;
};
/// Called on the strand of the copy, after each file.
using OnProgress = std::function<void(const Progress&)>;

/// Copies the files of a workspace's blob store, which never change, to the object store.
///
/// Threads:    any strand; one call at a time.
/// Lifetime:   `store` and `disk` outlive it and its calls.
/// Invariants: a file is put only where there is none, and not even tried when it is known to be
///             there. A file that is large is never held in memory as a whole.
/// Errors:     those of the store and the disk. What was stored stays and is known: the next call
///             goes on from there.
class BlobSync {
 public:
  /// `known` is the local file that remembers what was uploaded.
  BlobSync(objects::ObjectStore& store, BlockingPool& disk, std::string folder,
           std::filesystem::path blobs, const std::filesystem::path& known);

  /// Every file that is complete when it begins is in the store on return.
  awaitable<Result<Progress>> sync(OnProgress on_progress);
  /// The next sync() lists the store instead of believing the local file.
  void distrust() { loaded_ = false, distrusted_ = true; }

 private:
  struct File {
    std::string name;
    std::uint64_t bytes = 0;
  };
  awaitable<Result<void>> load_known();
  Result<std::vector<File>> missing() const;
  awaitable<Result<void>> upload(const File& file);
  awaitable<Result<void>> upload_and_count(const File& file, Progress& progress,
                                           const OnProgress& on_progress,
                                           std::vector<std::string>& done);

  // Constant after construction.
  objects::ObjectStore& store_;
  BlockingPool& disk_;
  const std::string folder_;
  const std::filesystem::path blobs_;

  // Touched by one call at a time.
  UploadedNames known_;
  bool loaded_ = false;
  bool distrusted_ = false;
};

/// True for the name of a finished file of a blob store: a hash and ".zst" or ".pack".
bool is_blob_file(std::string_view name);

}  // namespace coditect::replication
