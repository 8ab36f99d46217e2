#pragma once

#include <functional>

#include "base/strong_id.h"

namespace coditect::workspace {

/// When an event is acknowledged and shown.
enum class Durability {
  kLocal,       ///< on this machine's stable storage; off the machine within about a second
  kReplicated,  ///< off the machine
};

/// Says what of a workspace's log may be acknowledged besides being on this machine's disk.
///
/// Threads:  any; no call blocks.
/// Lifetime: outlives the logs that listen.
class AckGate {
 public:
  virtual ~AckGate() = default;
  /// Whether this node may speak for its workspaces: false from before the moment at which another
  /// node may take its lease.
  virtual bool is_open() const = 0;
  /// The last event of a workspace that is off the machine.
  virtual Sequence shipped(const WorkspaceId& workspace) const = 0;
  /// Somebody waits for events to leave the machine.
  virtual void hurry() = 0;
  /// Calls `on_change`, on any thread, whenever is_open() or shipped(workspace) may have changed.
  /// It must not block, nor call this gate.
  virtual void listen(const WorkspaceId& workspace, std::function<void()> on_change) = 0;
  /// No call for that workspace begins after this returned.
  virtual void stop_listening(const WorkspaceId& workspace) = 0;
};

}  // namespace coditect::workspace
