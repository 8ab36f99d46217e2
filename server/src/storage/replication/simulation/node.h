#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "async/task_group.h"
#include "storage/replication/lease/lease_watch.h"
#include "storage/replication/lease/node_lease.h"
#include "storage/replication/log/node_log.h"
#include "storage/replication/manifest_store.h"
#include "storage/replication/simulation/network.h"
#include "storage/replication/simulation/oracle.h"
#include "storage/replication/simulation/world.h"

namespace coditect::replication::simulation {

/// What a node does, and what it leaves out in a negative control.
struct Behaviour {
  enum class Fence { kKept, kIgnored } fence = Fence::kKept;
  enum class Acknowledge { kAfterUpload, kBeforeUpload } acknowledge = Acknowledge::kAfterUpload;
  LeaseTimes times;        ///< as an owner
  LeaseTimes watch_times;  ///< as a claimant
};

struct SimulatedWorkspace {
  WorkspaceId id;
  std::string folder;
  Durability durability = Durability::kLocal;
};

/// What all nodes of one simulation share.
struct Setting {
  World& world;
  Network& network;
  Oracle& oracle;
  std::vector<SimulatedWorkspace> workspaces;
  Behaviour behaviour;
};

/// What survives a kill.
struct Disk {
  NodeId node;
  struct Copy {
    std::vector<std::string> lines;  ///< durable events, from number 1 on
    std::uint64_t node_epoch = 0;    ///< in which the node owned the workspace last
    std::size_t shipped = 0;         ///< as far as the node knows
  };
  std::map<WorkspaceId, Copy> copies;
};

/// One node with the real lease, log, manifests and takeover around a small model of workspaces:
/// events become durable on its disk, are sent in bundles and acknowledged.
///
/// Threads:  the world's strand; start() and kill() from an action of the world.
/// Lifetime: `setting` outlives it; kill() before destroying it.
class SimulatedNode {
 public:
  SimulatedNode(Setting& setting, NodeId name);
  ~SimulatedNode();

  void start();
  /// SIGKILL. What it has sent is on its way all the same.
  void kill();
  /// Its disk is gone; what starts next is another node.
  void lose_disk(NodeId next_name);
  bool running() const { return life_ != nullptr; }
  /// The process of a running node.
  Process& process() { return *process_; }
  std::shared_ptr<Process> shared_process() const { return process_; }
  NetworkStore& link();
  /// How many workspaces it serves.
  std::size_t serving() const;

 private:
  struct Life;

  static awaitable<void> live(SimulatedNode& self);
  static awaitable<void> write(SimulatedNode& self);
  static awaitable<void> ship(SimulatedNode& self);
  static awaitable<void> watch(SimulatedNode& self);
  static awaitable<void> end(SimulatedNode& self, std::shared_ptr<bool> ended);

  /// Workspaces and the last event of each.
  using Shipment = std::vector<std::pair<WorkspaceId, std::size_t>>;
  Shipment due() const;
  std::string build_bundle(const Shipment& shipment) const;
  awaitable<Result<void>> send(Shipment shipment, std::string bundle);
  awaitable<void> take_place_of(LeaseWatch::Vacancy vacancy);
  awaitable<bool> still_owns(NodeId node);
  awaitable<Result<void>> acquire(const SimulatedWorkspace& workspace,
                                  std::optional<Manifest::Owner> taken_over);
  awaitable<Result<std::vector<std::string>>> read_logs(WorkspaceId workspace, Manifest manifest);
  bool may_acknowledge() const;
  void acknowledge(const SimulatedWorkspace& workspace, Sequence seq);
  void stop_and_restart();
  Manifest::Owner owner() const;

  Setting& setting_;
  std::unique_ptr<Disk> disk_;
  std::shared_ptr<Process> process_;
  std::unique_ptr<Life> life_;
};

}  // namespace coditect::replication::simulation
