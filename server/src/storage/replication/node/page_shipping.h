#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "async/blocking_pool.h"
#include "async/notifier.h"
#include "async/strand.h"
#include "async/task_group.h"
#include "storage/databases/catalogue.h"
#include "storage/objects/object_store.h"
#include "storage/replication/node/database_copy.h"
#include "storage/replication/node/workspace_table.h"
#include "storage/replication/shipper/page_source.h"
#include "storage/replication/timing.h"

namespace coditect::replication {

/// Copies the node's databases: what changed goes into the bundles, a large snapshot, and every
/// database of a workspace that goes to sleep, into objects that the manifest names.
///
/// Databases are read beside the shipper, one at a time: a bundle takes what is ready and waits for
/// nothing, so that neither a large database nor one that cannot be read holds events back.
///
/// Threads:    one strand, the shipper's; settle(), on_copied() and forget() from any.
/// Lifetime:   what Parts refers to outlives it. Await close() before destroying it.
/// Invariants: at most kReadyBytesMax and one delta more wait in memory. A workspace that was
///             copied at its sleep takes none until its databases change again. A database that
///             does not change holds at most kBundlesBehindMax bundles back from being removed.
/// Errors:     a database that cannot be read or stored is said in the server's log and tried
///             again, a missing or damaged one when it changes; without its copy it is rebuilt
///             from the events.
class PageShipping final : public PageSource {
 public:
  struct Parts {
    databases::Catalogue& catalogue;
    objects::ObjectStore& store;
    BlockingPool& disk;
    BlockingPool& database;
    Timing& timing;
    const WorkspaceTable& table;
    Manifest::Owner self;
    std::filesystem::path data;            ///< the folder that workspaces' folders are in
    std::filesystem::path scratch;         ///< for large snapshots; emptied by start()
    std::function<LogPlace()> next_place;  ///< of the bundle that collect() is called for
    /// A snapshot is stored: its workspace's manifest is to name it soon.
    std::function<void(const WorkspaceId&)> on_stored;
  };
  static constexpr std::size_t kReadyBytesMax = 16u << 20;
  /// More than a database that always changes needs from one snapshot to the next. One whose pages
  /// are in older bundles becomes an object: a restore reads every bundle from the first one on.
  static constexpr std::uint64_t kBundlesBehindMax = 10'000;

  PageShipping(const Strand& strand, Parts parts);
  PageShipping(const PageShipping&) = delete;

  awaitable<Result<void>> start();
  awaitable<void> close();

  // PageSource; what it gives was read since the call before.
  awaitable<std::vector<Pages>> collect(std::size_t bytes_max) override;
  awaitable<void> acknowledged() override;
  void lost() override;

  /// What a manifest has to say of a workspace's databases.
  struct Standing {
    std::map<std::string, Manifest::DatabaseSnapshot, std::less<>> snapshots;  ///< not named yet
    std::vector<LogPlace> needed;  ///< the first bundles of deltas
  };
  /// Called after the log's next place was looked up. At kSleep and kHandOff every database is
  /// first stored as an object where it is not the one in the store; one that cannot be goes on
  /// needing its bundles.
  awaitable<Standing> settle(WorkspaceId workspace, SyncReason reason);
  /// The manifest says so. After kSleep and kHandOff what is settled leaves the memory.
  awaitable<void> on_copied(WorkspaceId workspace, SyncReason reason, Standing standing);
  /// A workspace that left the node.
  awaitable<void> forget(WorkspaceId workspace);

 private:
  using CopyPtr = std::shared_ptr<DatabaseCopy>;
  using Key = std::pair<WorkspaceId, databases::DatabaseName>;
  enum class Amount { kChanges, kWhole };

  awaitable<void> close_on_strand();
  awaitable<Standing> settle_on_strand(WorkspaceId workspace, SyncReason reason);
  awaitable<void> on_copied_on_strand(WorkspaceId workspace, SyncReason reason, Standing standing);
  awaitable<void> forget_on_strand(WorkspaceId workspace);

  void learn_changes();
  CopyPtr find_or_add(const WorkspaceId& workspace, std::string folder,
                      databases::DatabaseName name);
  std::vector<CopyPtr> all_of(const WorkspaceId& workspace) const;
  bool is_here(const CopyPtr& copy) const;
  bool is_far_behind(const DatabaseCopy& copy) const;
  CopyPtr next_due() const;
  awaitable<void> scan_due();
  awaitable<void> scan(CopyPtr copy);
  awaitable<Result<DatabaseCopy::Found>> read(CopyPtr copy, Amount amount);
  awaitable<Result<void>> remember(CopyPtr copy);
  void end_read(DatabaseCopy& copy, DatabaseCopy::Found found, Amount amount) const;
  awaitable<Result<void>> end_unread(CopyPtr copy, Error why, Amount amount);
  awaitable<void> end_unstored(CopyPtr copy, Error why);
  void fail(DatabaseCopy& copy, const Error& why, DatabaseCopy::Again again) const;
  awaitable<void> store_large(CopyPtr copy);
  awaitable<Result<void>> load_and_store(CopyPtr copy);
  awaitable<Result<Manifest>> load_manifest(std::string folder);
  awaitable<Result<void>> store(CopyPtr copy, const Manifest& manifest);
  awaitable<void> remove_large(CopyPtr copy);

  awaitable<Result<void>> settle_all(WorkspaceId workspace, std::string folder);
  awaitable<Result<void>> settle_one(CopyPtr copy, const Manifest& manifest);
  awaitable<Result<void>> wait_until_idle(CopyPtr copy);
  bool take_from_ready(const CopyPtr& copy);

  // Constant after construction.
  const Strand strand_;
  const Parts parts_;

  // Touched only on strand_.
  std::map<Key, CopyPtr> copies_;
  std::uint64_t copies_made_ = 0;
  std::vector<CopyPtr> ready_;
  std::size_t ready_bytes_ = 0;
  std::vector<CopyPtr> sending_;
  bool scanning_ = false;
  std::size_t storing_ = 0;
  bool closing_ = false;
  Notifier changed_;

  TaskGroup tasks_;
};

}  // namespace coditect::replication
