#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "async/blocking_pool.h"
#include "async/notifier.h"
#include "async/strand.h"
#include "async/task_group.h"
#include "base/storage_limits.h"
#include "storage/journal/journal.h"
#include "storage/objects/object_store.h"
#include "storage/replication/bundle/bundle.h"
#include "storage/replication/log/node_log.h"
#include "storage/replication/shipper/blob_ledger.h"
#include "storage/replication/shipper/page_source.h"
#include "storage/replication/shipper/ship_queue.h"

namespace coditect::replication {

/// What the shipper asks and tells those who hold the workspaces.
///
/// Threads:  any.
/// Lifetime: outlives the shipper.
class ShipHost {
 public:
  virtual ~ShipHost() = default;
  /// A workspace's folder, in the store and below the data folder; nothing where the workspace is
  /// gone, and its events with it.
  virtual std::optional<std::string> folder_of(const WorkspaceId& workspace) const = 0;
  /// Everything up to `through` is in the log.
  virtual void on_shipped(const WorkspaceId& workspace, Sequence through) = 0;
};

/// Copies what the journal made durable to the node's log: one bundle about every second, at once
/// where somebody waits. A file that events name leaves the machine before them.
///
/// Threads:    one strand, where start() begins; drain(), next_place() and forget() from any
/// strand,
///             hurry() and stats() from any thread.
/// Lifetime:   services outlive it. Await close() before destroying it.
/// Invariants: at most limits::kBundleBytesMax of events are in memory, and the same again while
/// large
///             files are on their way; the journal keeps what is not acknowledged.
/// Errors:     a store that cannot be reached is tried again for ever. Once the log is sealed by
///             another node, nothing more is copied and failure() says so.
class Shipper {
 public:
  struct Services {
    journal::Journal& journal;
    NodeLog& log;
    objects::ObjectStore& store;
    BlockingPool& disk;
    ShipHost& host;
    PageSource* pages = nullptr;  ///< null: databases are not copied
  };
  struct Stats {
    std::uint64_t bundles = 0;
    std::uint64_t bundle_bytes = 0;
    std::uint64_t events = 0;
    std::uint64_t blob_bytes = 0;
    std::uint64_t waiting_bytes = 0;   ///< read from the journal, not yet acknowledged
    std::chrono::milliseconds lag{0};  ///< since everything that was durable had left the machine
    std::optional<Error> failure;      ///< of the last attempt
  };

  /// `data` is the folder that workspaces' folders are in; reading starts at `start`.
  Shipper(const Strand& strand, Services services, std::filesystem::path data,
          journal::Position start);

  /// Begins to copy.
  void start();
  /// Tells it not to wait for the next second.
  void hurry();
  /// Returns once everything that is durable now is in the log, or after `patience`.
  awaitable<Result<void>> drain(std::chrono::milliseconds patience);
  /// Everything before it is in the log. Any strand.
  awaitable<journal::Position> shipped();
  /// Where the next bundle goes, and what is in the log before it: events of a workspace up to
  /// ShipHost::on_shipped().
  awaitable<LogPlace> next_place();
  /// A workspace that comes to the node: what the journal holds of it up to now is of an earlier
  /// ownership and never copied. Where the log goes on; nothing of that is there or behind.
  awaitable<LogPlace> begin(WorkspaceId workspace);
  /// A workspace that left the node: what waits of it is dropped.
  awaitable<void> forget(WorkspaceId workspace);
  awaitable<void> close();
  Stats stats() const;

 private:
  struct Embedded {
    WorkspaceId workspace;
    BlobLedger::File file;
    std::string content;
  };

  /// Where a workspace's blobs are, and what was there.
  struct BlobFolder {
    WorkspaceId workspace;
    std::string folder;
    std::filesystem::path path;
    std::filesystem::file_time_type complete_at{};
    BlobLedger::Look seen;
  };

  /// A bundle on its way: an upload whose outcome is not known is repeated with the same bytes.
  struct Sending {
    std::string bundle;
    std::vector<ShipQueue::Run> runs;  ///< without their lines
    std::vector<Embedded> blobs;       ///< without their contents
    bool pages = false;
  };

  awaitable<void> run();
  awaitable<Result<void>> drain_on_strand(std::chrono::milliseconds patience);
  awaitable<void> forget_on_strand(WorkspaceId workspace);
  awaitable<LogPlace> begin_on_strand(WorkspaceId workspace);
  bool is_under_way(const WorkspaceId& workspace) const;
  std::size_t bytes_to_read() const;
  awaitable<void> close_on_strand();
  awaitable<LogPlace> next_place_on_strand();
  awaitable<journal::Position> shipped_on_strand();
  awaitable<Result<void>> copy_once();
  awaitable<Result<void>> read_journal();
  awaitable<Result<std::vector<Embedded>>> find_blobs();
  awaitable<Result<std::vector<BlobFolder>>> look_at_blob_folders();
  awaitable<Result<void>> learn_stored_blobs(WorkspaceId workspace, std::string folder);
  awaitable<void> upload(WorkspaceId workspace, std::string folder,
                         std::vector<BlobLedger::File> files);
  awaitable<Result<void>> build(std::vector<Embedded> blobs);
  awaitable<Result<void>> send();
  void count(const Sending& sent);
  void note(std::optional<Error> failure);

  // Constant after construction.
  const Strand strand_;
  const Services services_;
  const std::filesystem::path data_;

  // Touched only on strand_.
  journal::Position next_;
  ShipQueue queue_;
  BlobLedger blobs_;
  std::optional<Sending> sending_;
  std::set<WorkspaceId> uploading_;                  ///< held back meanwhile
  std::map<WorkspaceId, journal::Position> begins_;  ///< records before it are not copied
  bool reading_ = false;
  bool closing_ = false;
  bool hurried_ = false;
  std::chrono::steady_clock::time_point caught_up_at_;
  Notifier wake_;
  Notifier progress_;

  mutable std::mutex mutex_;
  Stats stats_;  // guarded by mutex_

  TaskGroup tasks_;
};

}  // namespace coditect::replication
