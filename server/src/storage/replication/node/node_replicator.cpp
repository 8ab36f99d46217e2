#include "storage/replication/node/node_replicator.h"

#include "base/check.h"
#include "base/log.h"
#include "base/posix_file.h"
#include "storage/replication/log/seal.h"
#include "storage/replication/sync/listing.h"

namespace coditect::replication {

namespace {

constexpr std::chrono::seconds kClaimPatience{30};
constexpr std::chrono::seconds kPositionInterval{5};
/// A store that answers at all takes a lease back within that.
constexpr std::chrono::milliseconds kReleasePatienceMin{500};
/// Events wait this long in bundles before they are put together in segments.
constexpr std::chrono::minutes kCopyAfter{10};

json::object to_json(const journal::Position& position) {
  return {{"segment", position.segment}, {"offset", position.offset}};
}

Result<journal::Position> parse_position(std::string_view text) {
  TRY(json::object object, parse_json_object(text));
  TRY(const std::int64_t segment, need_int(object, "segment"));
  TRY(const std::int64_t offset, need_int(object, "offset"));
  if (segment < 0 || offset < 0) return invalid("a position is not negative");
  return journal::Position{static_cast<std::uint64_t>(segment), static_cast<std::uint64_t>(offset)};
}

}  // namespace

NodeReplicator::NodeReplicator(asio::any_io_executor executor, Services services, Options options)
    : strand_(make_strand(executor)),
      shipping_strand_(make_strand(executor)),
      services_(services),
      options_(std::move(options)),
      nonce_(services.random.id("p_")),
      tail_(services.store),
      sweeper_(services.store, services.timing),
      aside_(options_.data),
      tasks_(strand_, [](std::string_view task, const std::string& what) {
        spdlog::error("replication: {} failed: {}", task, what);
      }) {}

NodeReplicator::~NodeReplicator() { check(!started_, "await NodeReplicator::close() first"); }

awaitable<Result<void>> NodeReplicator::start(OnLost on_lost) {
  return run_on(strand_, start_on_strand(std::move(on_lost)));
}

awaitable<Result<void>> NodeReplicator::start_on_strand(OnLost on_lost) {
  on_lost_ = std::move(on_lost);
  LeaseClaim claim{options_.node, options_.node, nonce_};
  CO_TRY(WrittenLease lease, co_await claim_lease(services_.store, services_.timing, {},
                                                  std::move(claim), kClaimPatience));
  const LeaseRecord record = lease.stored.record;
  lease_ = std::make_unique<NodeLease>(strand_, services_.store, services_.timing, LeaseTimes{},
                                       std::move(lease));
  lease_->listen([this](LeaseStanding standing) { on_standing(standing); });
  // Before anything is read or served: an upload of the process before may still be on its way.
  auto sealed = co_await seal_past(services_.store, record);
  if (!sealed) {
    co_await lease_->close();
    co_return std::move(sealed).error().in("sealing this node's earlier logs");
  }
  lease_->past_is_sealed();
  log_ = std::make_unique<NodeLog>(services_.store, options_.node, lease_->epoch(), nonce_);
  CO_TRY(const journal::Position position, co_await load_position());
  pages_ = std::make_unique<PageShipping>(shipping_strand_, page_parts());
  CO_TRY_VOID(co_await pages_->start());
  shipper_ = std::make_unique<Shipper>(shipping_strand_,
                                       Shipper::Services{services_.journal, *log_, services_.store,
                                                         services_.disk, table_, pages_.get()},
                                       options_.data, position);
  shipper_->start();
  started_ = true;
  tasks_.spawn("keeping the position", keep_position());
  spdlog::info("node {}, epoch {}: copying to {}", options_.node, lease_->epoch(),
               services_.store.description());
  co_return Result<void>{};
}

awaitable<Result<void>> NodeReplicator::close(std::chrono::milliseconds patience) {
  return run_on(strand_, close_on_strand(patience));
}

awaitable<Result<void>> NodeReplicator::close_on_strand(std::chrono::milliseconds patience) {
  closing_ = true;
  co_await tasks_.close();
  const auto deadline = std::chrono::steady_clock::now() + patience;
  Result<void> drained;
  if (shipper_) {
    drained = co_await shipper_->drain(patience);
    co_await shipper_->close();
    co_await pages_->close();
    auto saved = co_await save_position();
    if (drained) drained = std::move(saved);
  }
  if (lease_) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    auto released = co_await lease_->release(std::max(left, kReleasePatienceMin));
    if (drained) drained = std::move(released);
  }
  started_ = false;
  co_return drained;
}

/// Where the last process left off; a little before is as good, because readers drop what they
/// have.
awaitable<Result<journal::Position>> NodeReplicator::load_position() {
  auto read = [file = position_file()] { return read_file(file); };
  const auto text = co_await services_.disk.run(std::move(read));
  const journal::Position oldest = services_.journal.oldest_position();
  if (!text) co_return oldest;
  const auto position = parse_position(*text);
  const bool fits =
      position && *position >= oldest && *position <= services_.journal.durable_position();
  co_return fits ? *position : oldest;
}

awaitable<void> NodeReplicator::keep_position() {
  for (;;) {
    co_await services_.timing.sleep_for(kPositionInterval);
    auto saved = co_await save_position();
    if (!saved) spdlog::warn("{}: {}", position_file().string(), saved.error().message);
  }
}

awaitable<Result<void>> NodeReplicator::save_position() {
  const journal::Position position = co_await shipper_->shipped();
  if (saved_position_ == position) co_return Result<void>{};
  auto write = [file = position_file(), text = json::serialize(to_json(position))] {
    return write_file_atomically(file, text + "\n");
  };
  CO_TRY_VOID(co_await services_.disk.run(std::move(write)));
  saved_position_ = position;
  co_return Result<void>{};
}

void NodeReplicator::on_standing(LeaseStanding standing) {
  table_.tell_everybody();
  if (closing_) return;
  if (standing == LeaseStanding::kFenced) {
    spdlog::error("this node cannot renew its lease and stops acknowledging: {}",
                  lease_->trouble() ? lease_->trouble()->message : "the store does not answer");
  } else if (standing == LeaseStanding::kValid) {
    spdlog::info("this node has renewed its lease and acknowledges again");
  } else if (on_lost_) {
    const Error why =
        unavailable("another node has taken this node's lease",
                    "start it again: it comes back without the workspaces that moved");
    std::exchange(on_lost_, nullptr)(why);
  }
}

bool NodeReplicator::may_acknowledge() const {
  return started_ && lease_->valid() && !log_->sealed();
}

void NodeReplicator::hurry() {
  if (shipper_) shipper_->hurry();
}

void NodeReplicator::announce(const WorkspaceId& id, std::string folder) {
  table_.add(id, std::move(folder));
}

Manifest::Owner NodeReplicator::self() const { return {options_.node, lease_->epoch()}; }

Result<std::string> NodeReplicator::need_folder(const WorkspaceId& id) const {
  auto folder = table_.folder_of(id);
  if (!folder) return not_found("the workspace " + id.str() + " is not this node's");
  return *std::move(folder);
}

awaitable<Result<void>> NodeReplicator::put_marker(WorkspaceId id, std::string folder) {
  auto put = co_await services_.store.put(marker_key(options_.node, id), std::move(folder),
                                          objects::Always{});
  co_return put ? Result<void>{} : Result<void>(std::move(put).error());
}

awaitable<Result<void>> NodeReplicator::claim(WorkspaceId id, json::object meta) {
  CO_TRY(const std::string folder, need_folder(id));
  // The marker comes first: it leads whoever takes over to a manifest that may not be there yet.
  CO_TRY_VOID(co_await put_marker(id, folder));
  Manifest manifest;
  manifest.workspace = id;
  manifest.epoch = 1;
  manifest.owner = self();
  manifest.meta = std::move(meta);
  manifest.logs = {{options_.node, lease_->epoch(), 1}};
  ManifestStore manifests(services_.store, folder);
  auto created = co_await manifests.create(std::move(manifest));
  if (!created) co_return std::move(created).error();
  table_.on_acquired(id);
  co_return Result<void>{};
}

awaitable<Result<void>> NodeReplicator::acquire(WorkspaceId id, json::object meta) {
  if (table_.is_adopting(id)) {
    co_return unavailable("the workspace " + id.str() + " is being brought to this node",
                          "try again in a few seconds");
  }
  if (table_.is_acquired(id)) co_return Result<void>{};
  CO_TRY(const std::string folder, need_folder(id));
  ManifestStore manifests(services_.store, folder);
  // Bundle 1: what the journal held when this epoch began was copied again.
  const Claim wanted{self(), 1, std::nullopt};
  auto acquired = co_await manifests.acquire(wanted);
  if (!acquired && acquired.error().code == Errc::kNotFound) {
    // What it holds already is in no bundle.
    table_.want_copy(id, SyncReason::kSleep);
    auto claimed = co_await claim(id, std::move(meta));
    if (claimed || claimed.error().code != Errc::kConflict) co_return claimed;
    acquired = co_await manifests.acquire(wanted);  // another call for it was quicker
  }
  if (!acquired) co_return std::move(acquired).error();
  CO_TRY_VOID(co_await put_marker(id, folder));
  table_.on_acquired(id);
  // So that the bundles of earlier epochs are soon needed no more.
  if (acquired->value.logs.size() > 1) table_.want_copy(id, SyncReason::kSleep);
  co_return Result<void>{};
}

awaitable<NodeReplicator::Mark> NodeReplicator::mark(WorkspaceId id) {
  Mark mark;
  mark.place = co_await shipper_->next_place();
  // Looked up after the place, so at least what the bundles before it hold.
  mark.shipped = table_.shipped(id);
  co_return mark;
}

awaitable<Result<WorkspaceSync::Report>> NodeReplicator::copy(WorkspaceId id, Source source,
                                                              SyncReason reason,
                                                              OnProgress on_progress) {
  CO_TRY(const std::string folder, need_folder(id));
  if (source.archived < source.mark.shipped) {
    co_return unavailable("the archive of " + id.str() + " is behind the node's log");
  }
  table_.on_copying(id);
  SyncPoint point;
  point.owner = self();
  point.log = std::move(source.mark.place);
  point.archived = source.archived;
  point.meta = std::move(source.meta);
  const PageShipping::Standing standing = co_await pages_->settle(id, reason);
  point.databases = standing.snapshots;
  point.needed = standing.needed;
  WorkspaceSync sync({services_.store, services_.disk, source.blobs}, folder,
                     options_.data / folder);
  auto copied = co_await sync.sync(reason, std::move(point), std::move(on_progress));
  if (copied) {
    table_.on_copied(id, copied->archived);
    sweeper_.on_copied(id, folder);
    co_await pages_->on_copied(id, reason, standing);
  }
  co_return copied;
}

std::vector<WorkspaceTable::Due> NodeReplicator::due() const {
  return table_.due(std::chrono::steady_clock::now() - kCopyAfter);
}

awaitable<Result<SweepReport>> NodeReplicator::sweep(WorkspaceId id) {
  co_return co_await sweeper_.sweep(std::move(id), self());
}

awaitable<Result<void>> NodeReplicator::erase(WorkspaceId id) {
  CO_TRY_VOID(co_await acquire(id, {}));
  CO_TRY(const std::string folder, need_folder(id));
  co_await pages_->forget(id);  // nothing of it is uploaded from here on
  std::vector<std::string> keys;
  auto note = [&keys](const objects::ObjectInfo& object) {
    keys.push_back(object.key);
    return Result<void>{};
  };
  CO_TRY_VOID(co_await list_all(services_.store, folder + "/", std::move(note)));
  // The manifest goes last: as long as it is there an erasing that was cut short is seen.
  for (const std::string& key : keys) {
    if (key != manifest_key(folder)) CO_TRY_VOID(co_await services_.store.remove(key));
  }
  CO_TRY_VOID(co_await services_.store.remove(manifest_key(folder)));
  CO_TRY_VOID(co_await services_.store.remove(marker_key(options_.node, id)));
  table_.remove(id);
  sweeper_.forget(id);
  co_await shipper_->forget(id);
  co_return Result<void>{};
}

awaitable<Result<RestoreReport>> NodeReplicator::fork(WorkspaceId id, Sequence through,
                                                      ForkTarget target) {
  CO_TRY(const std::string folder, need_folder(id));
  RestoreOptions options;
  options.through_seq = through;
  options.fork = std::move(target);
  RestoreParts parts{services_.store, services_.disk, tail_};
  co_return co_await restore_workspace(parts, folder, options_.data, std::move(options));
}

PageShipping::Parts NodeReplicator::page_parts() {
  return {services_.catalogue,
          services_.store,
          services_.disk,
          services_.database,
          services_.timing,
          table_,
          self(),
          options_.data,
          options_.data / "node" / "snapshots",
          [this] { return log_->next_place(); },
          [this](const WorkspaceId& id) { table_.want_copy(id, SyncReason::kPeriodic); }};
}

awaitable<LogPlace> NodeReplicator::begin_anew(WorkspaceId id) {
  co_await pages_->forget(id);
  co_return co_await shipper_->begin(std::move(id));
}

Adoption::Parts NodeReplicator::adoption_parts() {
  auto begin = [this](WorkspaceId id) { return begin_anew(std::move(id)); };
  return {services_.store, services_.disk, table_, aside_, options_.data, self(), std::move(begin)};
}

awaitable<void> NodeReplicator::watch_others(Adopt adopt) {
  return run_on(strand_, watch_others_on_strand(std::move(adopt)));
}

awaitable<void> NodeReplicator::watch_others_on_strand(Adopt adopt) {
  adoption_.emplace(adoption_parts(), std::move(adopt));
  const Adoption::Outcome outcome = co_await adoption_->adopt_missing();
  adopted_ += outcome.adopted;
  if (outcome.failure) {
    spdlog::error("bringing back this node's workspaces: {}", outcome.failure->message);
  }
  caretaker_.emplace(Caretaker::Parts{services_.store, services_.disk, services_.timing,
                                      services_.random, table_, *lease_, aside_, options_.node,
                                      options_.data / "node" / "drill"});
  tasks_.spawn("looking after the store", Caretaker::run(*caretaker_));
  if (options_.takeover == Options::Takeover::kNever) {
    watching_ = true;
    co_return;
  }
  watch_.emplace(NodeWatch::Parts{services_.store, services_.timing, services_.random, *lease_,
                                  options_.node, *adoption_});
  tasks_.spawn("watching the other nodes", NodeWatch::run(*watch_));
  watching_ = true;
}

NodeReplicator::Stats NodeReplicator::stats() const {
  Stats stats;
  if (shipper_) stats.shipper = shipper_->stats();
  stats.may_acknowledge = may_acknowledge();
  stats.epoch = lease_ ? lease_->epoch() : 0;
  stats.adopted = adopted_;
  stats.swept = sweeper_.removed();
  if (watching_) {
    stats.takeovers = watch_ ? watch_->takeovers() : 0;
    stats.adopted += watch_ ? watch_->adopted() : 0;
    stats.care = caretaker_->stats();
  }
  return stats;
}

}  // namespace coditect::replication
