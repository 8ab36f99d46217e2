#pragma once

#include <functional>
#include <utility>

#include "storage/replication/node/node_replicator.h"
#include "workspace/log/ack_gate.h"

namespace coditect::registry {

/// Lets workspaces acknowledge what their node's replication allows.
///
/// Threads:  any.
/// Lifetime: the replicator outlives it.
class ReplicationGate final : public workspace::AckGate {
 public:
  explicit ReplicationGate(replication::NodeReplicator& replicator) : replicator_(replicator) {}

  bool is_open() const override { return replicator_.may_acknowledge(); }
  Sequence shipped(const WorkspaceId& workspace) const override {
    return replicator_.table().shipped(workspace);
  }
  void hurry() override { replicator_.hurry(); }
  void listen(const WorkspaceId& workspace, std::function<void()> on_change) override {
    replicator_.table().listen(workspace, std::move(on_change));
  }
  void stop_listening(const WorkspaceId& workspace) override {
    replicator_.table().stop_listening(workspace);
  }

 private:
  replication::NodeReplicator& replicator_;
};

}  // namespace coditect::registry
