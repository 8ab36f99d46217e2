#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "async/notifier.h"
#include "async/strand.h"
#include "async/task_group.h"
#include "base/environment.h"
#include "registry/awake_table.h"
#include "registry/forker.h"
#include "registry/provisioner.h"
#include "registry/row.h"
#include "registry/size_meter.h"
#include "registry/store_keeper.h"
#include "registry/trash.h"
#include "workspace/meta.h"
#include "workspace/node_services.h"
#include "workspace/workspace.h"

namespace coditect::registry {

/// Whose workspaces they are: the folders above them.
struct Owner {
  std::string organization = "local";
  std::string team = "local";
  std::string user = "owner";
};

/// One page of a list.
struct Page {
  std::vector<workspace::Meta> workspaces;
  std::string next_cursor;  ///< "" after the last page
};

/// Knows every workspace of the node, awake or asleep, and is the only one to wake them and put
/// them to sleep.
///
/// Threads:    any.
/// Lifetime:   services outlive it. Await close() before destroying it.
/// Invariants: a workspace is awake at most once; one that is asleep is a row, not an object.
/// Errors:     kNotFound for an unknown or deleted workspace.
class Registry {
 public:
  /// Reads the rows of all workspaces below `data`, and removes what a provisioning left that was
  /// cut short. Blocking. Of `environment` the programs that fetch a source see a part. With a
  /// `replicator`, which has not started yet, nothing is written that the store says is another
  /// node's, and everything is copied.
  static Result<std::unique_ptr<Registry>> open(asio::any_io_executor executor,
                                                const workspace::NodeServices& services,
                                                const std::filesystem::path& data,
                                                const Owner& owner, Environment environment,
                                                replication::NodeReplicator* replicator = nullptr);
  ~Registry();

  /// Wakes those that were awake when the server stopped, so that their tasks go on.
  awaitable<void> start();
  /// Puts every workspace to sleep.
  awaitable<void> close();

  awaitable<Result<workspace::Meta>> provision(Provisioner::Request request);
  /// Where an archive goes that provision() shall make a workspace of; see Upload::begin(). What
  /// provision() would refuse for its durability is refused here, before it is sent.
  awaitable<Result<std::shared_ptr<Upload>>> begin_upload(Upload::Options options,
                                                          workspace::Durability durability) const;
  /// Takes in a workspace that was brought to this node's disk, into `folder` below the data
  /// folder.
  awaitable<Result<void>> adopt(WorkspaceId id, std::string folder);
  /// `cursor` is "" or a page's next_cursor; 1 <= limit <= limits::kPageMax. Deleted ones are left
  /// out.
  awaitable<Page> list(std::string cursor, std::size_t limit);
  awaitable<Result<workspace::Meta>> find(WorkspaceId id);
  /// The workspace, awake.
  awaitable<Result<std::shared_ptr<workspace::Workspace>>> wake(WorkspaceId id);
  /// Errc::kConflict while agents work in it.
  awaitable<Result<workspace::Meta>> sleep(WorkspaceId id);
  /// Renews the session to its full length.
  awaitable<Result<workspace::Meta>> renew(WorkspaceId id, std::string user);
  /// Moves it to the trash, where it stays for limits::kTrashKept. Its agents stop.
  awaitable<Result<workspace::Meta>> remove(WorkspaceId id, std::string user);
  awaitable<Result<workspace::Meta>> undelete(WorkspaceId id, std::string user);

  /// How many there are, how many of them are awake, and how many could not be opened when somebody
  /// last tried.
  struct Counts {
    std::size_t all = 0;
    std::size_t awake = 0;
    std::size_t failed = 0;
    std::uint64_t disk_bytes = 0;   ///< of all of them, as last measured
    std::uint64_t store_bytes = 0;  ///< in the object store, without the nodes' bundles
  };
  awaitable<Counts> counts();
  /// A workspace that could not be opened, and why.
  struct Failure {
    WorkspaceId id;
    std::string reason;
  };
  /// The first `limit` of them.
  awaitable<std::vector<Failure>> failures(std::size_t limit);
  /// A workspace that is awake, for checks of health; null where none is.
  awaitable<std::shared_ptr<workspace::Workspace>> any_awake();

 private:
  Registry(asio::any_io_executor executor, const workspace::NodeServices& services,
           const std::filesystem::path& data, const Owner& owner, Environment environment,
           replication::NodeReplicator* replicator);

  workspace::Place place(const WorkspaceId& id) const;
  Result<std::shared_ptr<Row>> need(const WorkspaceId& id);
  awaitable<Result<void>> save(Row& row);
  awaitable<void> start_on_strand();
  awaitable<void> close_on_strand();
  awaitable<void> sleep_idle();
  awaitable<Result<workspace::Meta>> provision_on_strand(Provisioner::Request request);
  awaitable<Result<Provisioner::Made>> make(workspace::Place home, Provisioner::Request request);
  awaitable<Result<Provisioner::Made>> fork(workspace::Place home, Provisioner::Request request);
  awaitable<Result<void>> adopt_on_strand(WorkspaceId id, std::string folder);
  std::string folder_of(const WorkspaceId& id) const;
  void want_copy(const WorkspaceId& id, replication::SyncReason reason);
  awaitable<Page> list_on_strand(std::string cursor, std::size_t limit);
  awaitable<Result<workspace::Meta>> find_on_strand(WorkspaceId id);
  awaitable<Result<std::shared_ptr<workspace::Workspace>>> wake_on_strand(WorkspaceId id);
  awaitable<Result<void>> wake_row(Row& row);
  awaitable<Result<void>> sleep_row(Row& row, std::string reason);
  awaitable<Result<workspace::Meta>> sleep_on_strand(WorkspaceId id);
  awaitable<Result<workspace::Meta>> remove_on_strand(WorkspaceId id, std::string user);
  awaitable<Result<workspace::Meta>> undelete_on_strand(WorkspaceId id, std::string user);
  awaitable<Counts> counts_on_strand();
  awaitable<std::vector<Failure>> failures_on_strand(std::size_t limit);
  awaitable<std::shared_ptr<workspace::Workspace>> any_awake_on_strand();

  // Constant after construction.
  const asio::any_io_executor executor_;
  const workspace::NodeServices& services_;
  const std::filesystem::path data_;
  const std::filesystem::path root_;  ///< the folder that holds this owner's workspaces
  replication::NodeReplicator* const replicator_;  ///< null: nothing is copied
  const Provisioner provisioner_;
  const Strand strand_;

  AwakeTable awake_;  // any thread; written on strand_
  // Touched only on strand_.
  Rows rows_;
  std::optional<StoreKeeper> keeper_;  // as long as there is a replicator
  SizeMeter meter_;
  std::optional<Trash> trash_;
  std::size_t provisioning_ = 0;  // under way; close() waits for them
  Notifier provisioned_;
  bool closing_ = false;
  Notifier tick_;
  TaskGroup background_;
};

}  // namespace coditect::registry
