#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "api/http/component.h"
#include "app/config.h"
#include "app/storage/configured_store.h"
#include "async/blocking_pool.h"
#include "registry/replication_gate.h"
#include "storage/replication/node/node_replicator.h"

namespace coditect::app {

/// What a server keeps outside its machine: the object store and the node's part in it.
///
/// Threads:    open(), start() and close() on one thread; health() from any.
/// Lifetime:   what Parts refers to outlives it. close() before the destructor.
class OffMachine final : public api::Component {
 public:
  struct Parts {
    asio::any_io_executor executor;
    journal::Journal& journal;
    databases::Catalogue& catalogue;
    BlockingPool& disk;
    BlockingPool& database;
    const Clock& clock;
    Random& random;
  };
  /// Opens the store and finds out whether it keeps its promises. Errors say what to change.
  static Result<std::unique_ptr<OffMachine>> open(const Config& config,
                                                  const Environment& environment, Parts parts);
  ~OffMachine() override;

  /// Copies what is durable, for `patience` at most, gives the lease back, closes the store.
  awaitable<Result<void>> close(std::chrono::milliseconds patience);

  replication::NodeReplicator& replicator() { return *replicator_; }
  workspace::AckGate& gate() { return *gate_; }
  const objects::ObjectStore& store() const { return *store_.store; }
  objects::MirroredStore* mirrored() { return store_.mirrored; }

  // api::Component
  std::string_view name() const override { return "store"; }
  awaitable<api::ComponentHealth> health() override;
  awaitable<std::vector<api::Figure>> figures() override;

 private:
  OffMachine() = default;

  ConfiguredStore store_;
  replication::SystemTiming timing_;
  std::unique_ptr<replication::NodeReplicator> replicator_;
  std::optional<registry::ReplicationGate> gate_;
};

}  // namespace coditect::app
