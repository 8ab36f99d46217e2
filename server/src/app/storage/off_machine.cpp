#include "app/storage/off_machine.h"

#include <boost/asio/use_future.hpp>

#include "app/storage/node_id.h"
#include "storage/objects/probe.h"

namespace coditect::app {

namespace {

/// A copy that is older than this is worth a look.
constexpr std::chrono::seconds kLagMax{10};

}  // namespace

OffMachine::~OffMachine() = default;

Result<std::unique_ptr<OffMachine>> OffMachine::open(const Config& config,
                                                     const Environment& environment, Parts parts) {
  std::unique_ptr<OffMachine> self(new OffMachine);
  const objects::StoreParts store_parts{parts.executor, parts.disk, parts.clock, parts.random};
  TRY(self->store_, open_configured_store(config.store, config.mirror, environment, store_parts));
  objects::ObjectStore& store = *self->store_.store;
  auto probed = asio::co_spawn(parts.executor,
                               objects::probe_conditional_writes(store, "probe", parts.random),
                               asio::use_future)
                    .get();
  if (!probed) return std::move(probed).error().in("the object store " + store.description());
  replication::NodeReplicator::Options options;
  TRY(options.node, node_id(config.data, config.node, parts.random));
  options.data = config.data;
  using Takeover = replication::NodeReplicator::Options::Takeover;
  if (config.takeover == Config::Takeover::kNever) options.takeover = Takeover::kNever;
  self->replicator_ = std::make_unique<replication::NodeReplicator>(
      parts.executor,
      replication::NodeReplicator::Services{store, parts.journal, parts.catalogue, parts.disk,
                                            parts.database, parts.random, self->timing_},
      std::move(options));
  self->gate_.emplace(*self->replicator_);
  return self;
}

awaitable<Result<void>> OffMachine::close(std::chrono::milliseconds patience) {
  auto closed = co_await replicator_->close(patience);
  co_await store_.store->close();
  co_return closed;
}

awaitable<api::ComponentHealth> OffMachine::health() {
  using State = api::ComponentHealth::State;
  const replication::NodeReplicator::Stats stats = replicator_->stats();
  const auto& failure = stats.shipper.failure;
  if (!stats.may_acknowledge) {
    co_return api::ComponentHealth{State::kFailing,
                                   "this node cannot renew its lease and acknowledges nothing" +
                                       (failure ? ": " + failure->message : std::string())};
  }
  if (failure || stats.shipper.lag > kLagMax) {
    co_return api::ComponentHealth{
        State::kDegraded, "the copy is " + std::to_string(stats.shipper.lag.count()) + " ms old" +
                              (failure ? ": " + failure->message : std::string())};
  }
  co_return api::ComponentHealth{};
}

}  // namespace coditect::app
