#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "async/blocking_pool.h"
#include "storage/objects/object_store.h"
#include "storage/replication/manifest.h"
#include "storage/replication/restore/database_restore.h"
#include "storage/replication/restore/event_tail.h"
#include "storage/replication/restore/project_restore.h"
#include "storage/replication/restore/staged_log.h"
#include "storage/replication/sync/blob_sync.h"

namespace coditect::replication {

/// What restoring a workspace works with.
struct RestoreParts {
  objects::ObjectStore& store;
  BlockingPool& disk;
  EventTail& tail;
};

/// Brings a workspace from the store into a folder of its own, part by part, each checked.
///
///     FOLDER/copy/       becomes the workspace's folder
///     FOLDER/scratch/    goes
///
/// Threads:    any strand; one call at a time, in the order of declaration; but build_databases()
///             may run beside load_blobs() and build_project(), with which it shares nothing.
/// Lifetime:   what Parts refers to outlives it. The folder is the caller's to remove.
/// Errors:     Errc::kInternal for what is lost or damaged, saying which events or files; those of
///             the store and the disk.
class WorkspaceCopy final : private EntrySink {
 public:
  WorkspaceCopy(RestoreParts parts, std::string source, Manifest manifest,
                std::filesystem::path folder, std::optional<Sequence> through);
  ~WorkspaceCopy() override;

  /// Makes the empty folders of a workspace.
  awaitable<Result<void>> begin();
  /// The events: segments, then what the nodes' logs hold after them, which brings blobs and pages
  /// along. Errc::kNotFound when the log ends before event `through`.
  awaitable<Result<void>> load_log();
  awaitable<Result<void>> load_blobs(const OnProgress& on_progress);
  awaitable<Result<void>> build_databases();
  awaitable<Result<RestoredProject>> build_project(LostFiles lost);

  std::filesystem::path root() const { return folder_ / "copy"; }
  const Manifest& manifest() const { return manifest_; }
  const archive::Head& head() const { return log_.head(); }
  std::uint64_t log_bytes() const { return log_.bytes(); }
  /// The blob files that the store has as objects of their own.
  const std::set<std::string, std::less<>>& blob_objects() const { return blob_objects_; }
  const Progress& blobs() const { return blobs_; }
  const DatabaseRestore& databases() const { return databases_; }
  /// The blob store of the copy, once load_blobs() has returned.
  const blobs::BlobStore& blob_store() const { return *blob_store_; }

 private:
  std::filesystem::path sessions() const { return root() / "sessions"; }
  std::filesystem::path blob_folder() const { return sessions() / "blobs"; }
  std::filesystem::path scratch() const { return folder_ / "scratch"; }
  awaitable<Result<void>> load_segments();
  awaitable<Result<void>> fetch_segment(std::size_t place, std::string& content);
  awaitable<Result<void>> append_segments(std::size_t begin, std::span<const std::string> contents);
  awaitable<Result<void>> fetch_blob(const objects::ObjectInfo& object,
                                     const OnProgress& on_progress);
  awaitable<Result<void>> take(Entry entry, std::string content) override;
  awaitable<Result<void>> take_blob(Entry entry, std::string content);

  // Constant after construction.
  const RestoreParts parts_;
  const std::string source_;
  const Manifest manifest_;
  const std::filesystem::path folder_;
  const std::optional<Sequence> through_;

  StagedLog log_;
  DatabaseRestore databases_;
  std::set<std::string, std::less<>> blob_objects_;
  std::set<std::string, std::less<>> bundled_blobs_;  ///< that came with the logs
  Progress blobs_;
  std::unique_ptr<blobs::BlobStore> blob_store_;
};

}  // namespace coditect::replication
