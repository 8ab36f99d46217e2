#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/strong_id.h"
#include "storage/replication/shipper/shipper.h"
#include "storage/replication/sync/workspace_sync.h"

namespace coditect::replication {

/// The workspaces whose events this node copies: where they are, and how far they are copied.
///
/// Threads:    any.
/// Lifetime:   a listener may be called until stop_listening() returns.
/// Invariants: shipped() never falls.
class WorkspaceTable final : public ShipHost {
 public:
  using SteadyTime = std::chrono::steady_clock::time_point;

  void add(const WorkspaceId& id, std::string folder);
  void remove(const WorkspaceId& id);
  std::optional<std::string> folder_of(const WorkspaceId& id) const override;
  std::vector<WorkspaceId> ids() const;

  /// Events up to `through` are in the node's log.
  void on_shipped(const WorkspaceId& id, Sequence through) override;
  Sequence shipped(const WorkspaceId& id) const;
  /// The manifest says that the node owns it in its present epoch.
  void on_acquired(const WorkspaceId& id);
  bool is_acquired(const WorkspaceId& id) const;

  /// While a workspace is brought to this node's disk nobody may open it.
  void begin_adoption(const WorkspaceId& id);
  void end_adoption(const WorkspaceId& id);
  bool is_adopting(const WorkspaceId& id) const;

  /// A copy is to be made soon. A weightier reason that was given before stays.
  void want_copy(const WorkspaceId& id, SyncReason reason);
  /// Workspaces of which a copy is wanted, or whose events have waited in bundles since `before`.
  struct Due {
    WorkspaceId id;
    SyncReason reason = SyncReason::kPeriodic;
  };
  std::vector<Due> due(SteadyTime before) const;
  /// A copy has begun: what is wanted from here on is another one.
  void on_copying(const WorkspaceId& id);
  /// The store's segments hold everything up to `archived`.
  void on_copied(const WorkspaceId& id, Sequence archived);

  /// `on_change` must neither block nor call this.
  void listen(const WorkspaceId& id, std::function<void()> on_change);
  void stop_listening(const WorkspaceId& id);
  void tell_everybody();

 private:
  struct Row {
    std::string folder;
    Sequence shipped = 0;
    Sequence copied = 0;
    SteadyTime behind_since{};
    std::optional<SyncReason> wanted;
    bool acquired = false;
    std::function<void()> on_change;
  };

  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::map<WorkspaceId, Row> rows_;
  std::set<WorkspaceId> adopting_;
};

}  // namespace coditect::replication
