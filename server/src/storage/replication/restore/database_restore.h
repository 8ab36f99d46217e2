#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "async/blocking_pool.h"
#include "storage/objects/object_store.h"
#include "storage/replication/manifest.h"
#include "storage/replication/pages/page_delta.h"

namespace coditect::replication {

/// Gathers what the store holds of a workspace's databases, and builds them from it. What does not
/// fit is no error: the database is left out, and is built from the events when it is next asked.
///
/// Threads:    any strand; one call at a time.
/// Lifetime:   `store` and `disk` outlive it and its calls; the folders are there.
class DatabaseRestore {
 public:
  /// Keeps the deltas in `scratch` and puts the databases into `databases`.
  DatabaseRestore(objects::ObjectStore& store, BlockingPool& disk, std::filesystem::path scratch,
                  std::filesystem::path databases);

  /// Adds the snapshot that the manifest names; before the deltas of that database. One that is
  /// lost is in notes(). Errors: those of the disk, and of a store that does not answer.
  awaitable<Result<void>> add_snapshot(std::string database, Manifest::DatabaseSnapshot snapshot);
  /// Adds a delta from a bundle; they come in the order of the log.
  awaitable<Result<void>> add_delta(std::string database, std::string delta);

  /// Builds what can be built of databases that have no event after `through` applied.
  awaitable<Result<void>> build(Sequence through);

  const std::vector<std::string>& restored() const { return restored_; }
  const std::vector<std::string>& notes() const { return notes_; }

 private:
  /// A delta as it lies in the scratch folder.
  struct StagedDelta {
    std::filesystem::path file;
    std::uint64_t content_bytes_max = 0;  ///< of what is compressed; 0 for what is not
  };
  using Deltas = std::map<std::string, std::vector<StagedDelta>, std::less<>>;

  struct Built {
    const std::string& database;
    const std::vector<StagedDelta>& deltas;
    Result<void> result;
  };

  std::filesystem::path next_file(const std::string& database) const;
  Result<void> build_one(const std::string& database, const std::vector<StagedDelta>& deltas,
                         Sequence through) const;
  awaitable<Result<void>> build_on_disk(Built& built, Sequence through) const;
  static Result<void> read_parts(const StagedDelta& delta, const PartSink& sink);
  static Result<DeltaHead> head_of(const StagedDelta& delta);

  // Constant after construction.
  objects::ObjectStore& store_;
  BlockingPool& disk_;
  const std::filesystem::path scratch_;
  const std::filesystem::path databases_;

  Deltas deltas_;
  std::vector<std::string> restored_;
  std::vector<std::string> notes_;
};

}  // namespace coditect::replication
