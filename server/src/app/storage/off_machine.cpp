#include "app/storage/off_machine.h"

#include <boost/asio/use_future.hpp>

#include "app/storage/node_id.h"
#include "base/log.h"
#include "storage/objects/probe.h"

namespace coditect::app {

namespace {

/// A copy that is older than this is worth a look.
constexpr std::chrono::seconds kLagMax{10};

/// What a store's bill is made of.
void add_counts(std::vector<api::Figure>& figures, const objects::StoreCounts& counts) {
  const auto add = [&](const char* name, const char* help, std::uint64_t count) {
    figures.push_back({name, help, static_cast<double>(count)});
  };
  add("coditect_store_puts_total", "Puts, each attempt, since the start", counts.puts);
  add("coditect_store_gets_total", "Gets and heads, each attempt", counts.gets);
  add("coditect_store_lists_total", "Pages of listings, each attempt", counts.lists);
  add("coditect_store_removals_total", "Removals, each attempt", counts.removals);
  add("coditect_store_failed_total", "Of all these, those that got no good answer", counts.failed);
  add("coditect_store_bytes_up_total", "Contents stored", counts.bytes_up);
  add("coditect_store_bytes_down_total", "Contents read", counts.bytes_down);
}

}  // namespace

OffMachine::~OffMachine() = default;

Result<std::unique_ptr<OffMachine>> OffMachine::open(const Config& config,
                                                     const Environment& environment, Parts parts) {
  std::unique_ptr<OffMachine> self(new OffMachine);
  const objects::StoreParts store_parts{parts.executor, parts.disk, parts.clock, parts.random};
  TRY(self->store_, open_configured_store(config.store, config.mirror, environment, store_parts));
  objects::ObjectStore& store = *self->store_.store;
  spdlog::info("trying whether {} keeps the promises of an object store", store.description());
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

awaitable<std::vector<api::Figure>> OffMachine::figures() {
  using std::chrono::duration;
  const replication::NodeReplicator::Stats stats = replicator_->stats();
  const auto number = [](auto count) { return static_cast<double>(count); };
  std::vector<api::Figure> figures{
      {"coditect_replication_may_acknowledge", "0 while this node cannot renew its lease",
       stats.may_acknowledge ? 1.0 : 0.0},
      {"coditect_replication_lag_seconds", "Since everything durable had left the machine",
       duration<double>(stats.shipper.lag).count()},
      {"coditect_replication_epoch", "Of this node's lease", number(stats.epoch)},
      {"coditect_replication_waiting_bytes", "Events read and not yet in the store",
       number(stats.shipper.waiting_bytes)},
      {"coditect_replication_bundles_total", "Bundles stored since the start",
       number(stats.shipper.bundles)},
      {"coditect_replication_bundle_bytes_total", "Their bytes",
       number(stats.shipper.bundle_bytes)},
      {"coditect_replication_events_total", "Events in them", number(stats.shipper.events)},
      {"coditect_replication_takeovers_total", "Nodes whose lease this one has taken",
       number(stats.takeovers)},
      {"coditect_replication_adopted_total", "Workspaces restored here from the store",
       number(stats.adopted)},
      {"coditect_replication_drills_total", "Workspaces restored as a test",
       number(stats.care.drills)},
      {"coditect_replication_drills_failed_total", "Of these, those that could not be",
       number(stats.care.drills_failed)},
      {"coditect_replication_swept_total", "Objects removed that no workspace names",
       number(stats.swept)},
      {"coditect_replication_log_objects", "Bundles of this node in the store",
       number(stats.care.log_objects)},
      {"coditect_replication_log_bytes", "Their bytes", number(stats.care.log_bytes)},
      {"coditect_replication_set_aside", "Older copies of workspaces on this disk",
       number(stats.care.aside_copies)},
  };
  add_counts(figures, store_.counters->read());
  if (store_.mirrored != nullptr) {
    const objects::MirrorCounters mirror = co_await store_.mirrored->counters();
    const std::uint64_t reads = mirror.hits + mirror.misses + mirror.damaged + mirror.failed;
    figures.push_back({"coditect_mirror_hit_ratio", "Reads that the mirror answered",
                       reads == 0 ? 1.0 : number(mirror.hits) / number(reads)});
    figures.push_back(
        {"coditect_mirror_reads_total", "Reads that it was asked for", number(reads)});
    figures.push_back(
        {"coditect_mirror_damaged_total", "Copies that failed our hash", number(mirror.damaged)});
    figures.push_back(
        {"coditect_mirror_queue_bytes", "Objects not yet copied", number(mirror.queue_bytes)});
  }
  co_return figures;
}

}  // namespace coditect::app
