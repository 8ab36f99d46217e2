#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "async/blocking_pool.h"
#include "async/notifier.h"
#include "async/strand.h"
#include "async/task_group.h"
#include "base/json.h"
#include "base/random.h"
#include "storage/blobs/blob_store.h"
#include "storage/databases/catalogue.h"
#include "storage/journal/journal.h"
#include "storage/objects/object_store.h"
#include "storage/replication/lease/node_lease.h"
#include "storage/replication/log/log_tail.h"
#include "storage/replication/log/node_log.h"
#include "storage/replication/node/adoption.h"
#include "storage/replication/node/caretaker.h"
#include "storage/replication/node/node_watch.h"
#include "storage/replication/node/page_shipping.h"
#include "storage/replication/node/sweeper.h"
#include "storage/replication/node/workspace_table.h"
#include "storage/replication/restore/restore.h"
#include "storage/replication/shipper/shipper.h"
#include "storage/replication/sync/workspace_sync.h"

namespace coditect::replication {

/// One node's part in the object store: its lease, its log, the workspaces that it owns, and those
/// that it takes over from nodes that are gone.
///
/// Threads:    any, but for start() and close().
/// Lifetime:   services outlive it. Await close() before destroying it.
/// Invariants: may_acknowledge() is false from before the moment at which somebody else may take
///             the lease; a workspace is written here only after its manifest names this node.
/// Errors:     see the calls. A lease that was lost stays lost: the process has to start again.
class NodeReplicator {
 public:
  struct Services {
    objects::ObjectStore& store;
    journal::Journal& journal;
    databases::Catalogue& catalogue;
    BlockingPool& disk;
    BlockingPool& database;
    Random& random;
    Timing& timing;
  };
  struct Options {
    NodeId node;
    std::filesystem::path data;
    /// Whether to take over what belongs to nodes that are gone.
    enum class Takeover { kAutomatic, kNever } takeover = Takeover::kAutomatic;
  };
  using Adopt = Adoption::Adopt;
  /// Called once, when the lease is lost for good.
  using OnLost = std::function<void(const Error& why)>;

  NodeReplicator(asio::any_io_executor executor, Services services, Options options);
  ~NodeReplicator();

  /// Takes the node's lease in a new epoch and begins to copy what the journal holds. Announce the
  /// node's workspaces before: events of others are dropped.
  awaitable<Result<void>> start(OnLost on_lost);
  /// Restores what the store says belongs to this node and is not in the data folder, and from now
  /// on watches the other nodes.
  awaitable<void> watch_others(Adopt adopt);
  /// Copies what is durable, for `patience` at most, and gives the lease back.
  awaitable<Result<void>> close(std::chrono::milliseconds patience);

  /// Returns once what is durable now is in the log, or after `patience`.
  awaitable<Result<void>> drain(std::chrono::milliseconds patience) {
    return shipper_->drain(patience);
  }

  // What may be acknowledged; see workspace/log/ack_gate.h. Any thread.
  bool may_acknowledge() const;
  WorkspaceTable& table() { return table_; }
  void hurry();

  /// `folder` is where the workspace is, or will be, in the store and below the data folder.
  void announce(const WorkspaceId& id, std::string folder);
  /// Makes a workspace known in the store. On return another node can take it over.
  awaitable<Result<void>> claim(WorkspaceId id, json::object meta);
  /// Returns once the manifest names this node in its present epoch. Errc::kConflict where another
  /// node owns the workspace; kUnavailable where the store does not answer. One that the store does
  /// not know is made known.
  awaitable<Result<void>> acquire(WorkspaceId id, json::object meta);
  /// Where the log goes on, and the last event of the workspace that is in it before. Looked up
  /// first; then the local archive is brought that far; then copy() is called.
  struct Mark {
    LogPlace place;
    Sequence shipped = 0;
  };
  awaitable<Mark> mark(WorkspaceId id);
  /// What a copy needs of a workspace.
  struct Source {
    blobs::BlobStore& blobs;
    Mark mark;
    Sequence archived = 0;  ///< the last event that readers of the local archive find
    json::object meta;
  };
  /// Brings the workspace's archive, files and manifest up to date in the store.
  awaitable<Result<WorkspaceSync::Report>> copy(WorkspaceId id, Source source, SyncReason reason,
                                                OnProgress on_progress);
  /// Workspaces whose copy() is due.
  std::vector<WorkspaceTable::Due> due() const;
  /// Workspaces whose sweep() is due.
  std::vector<WorkspaceId> unswept() { return sweeper_.due(); }
  /// Removes what the workspace's manifest no longer names. Never while it is copied.
  awaitable<Result<SweepReport>> sweep(WorkspaceId id);
  /// Removes a workspace from the store for ever.
  awaitable<Result<void>> erase(WorkspaceId id);
  /// A new workspace `target` that is `id` up to the event `through`, below the data folder.
  awaitable<Result<RestoreReport>> fork(WorkspaceId id, Sequence through, ForkTarget target);

  struct Stats {
    Shipper::Stats shipper;
    bool may_acknowledge = false;
    std::uint64_t epoch = 0;
    std::uint64_t takeovers = 0;
    std::uint64_t adopted = 0;  ///< workspaces
    std::uint64_t swept = 0;    ///< objects of workspaces that nobody needed
    Caretaker::Stats care;
  };
  Stats stats() const;

 private:
  std::filesystem::path position_file() const { return options_.data / "node" / "shipped.json"; }
  Manifest::Owner self() const;
  awaitable<Result<void>> start_on_strand(OnLost on_lost);
  awaitable<Result<void>> close_on_strand(std::chrono::milliseconds patience);
  awaitable<Result<journal::Position>> load_position();
  awaitable<void> keep_position();
  awaitable<Result<void>> save_position();
  void on_standing(LeaseStanding standing);
  Result<std::string> need_folder(const WorkspaceId& id) const;
  awaitable<Result<void>> put_marker(WorkspaceId id, std::string folder);
  PageShipping::Parts page_parts();
  awaitable<void> watch_others_on_strand(Adopt adopt);
  awaitable<LogPlace> begin_anew(WorkspaceId id);
  Adoption::Parts adoption_parts();

  // Constant after construction.
  const Strand strand_;
  const Strand shipping_strand_;  ///< compressing a bundle must not delay a renewal
  const Services services_;
  const Options options_;
  const std::string nonce_;
  WorkspaceTable table_;  // has its own lock
  LogTail tail_;
  Sweeper sweeper_;    // has its own lock
  AsideCopies aside_;  // has its own lock

  // Made by start_on_strand(), constant after it.
  std::unique_ptr<NodeLease> lease_;
  std::unique_ptr<NodeLog> log_;
  std::unique_ptr<PageShipping> pages_;
  std::unique_ptr<Shipper> shipper_;

  // Touched only on strand_.
  OnLost on_lost_;
  bool closing_ = false;
  std::optional<journal::Position> saved_position_;
  std::optional<Adoption> adoption_;

  std::atomic<bool> started_ = false;
  std::atomic<std::uint64_t> adopted_ = 0;
  // Made by watch_others(), constant once watching_ is true; they count for any thread.
  std::optional<Caretaker> caretaker_;
  std::optional<NodeWatch> watch_;
  std::atomic<bool> watching_ = false;

  TaskGroup tasks_;
};

}  // namespace coditect::replication
