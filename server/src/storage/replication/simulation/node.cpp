#include "storage/replication/simulation/node.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "base/check.h"
#include "storage/replication/log/log_tail.h"
#include "storage/replication/log/seal.h"
#include "storage/replication/log/takeover.h"

namespace coditect::replication::simulation {
namespace {

constexpr milliseconds kPatience{600'000};
constexpr milliseconds kRetry{300};
constexpr std::size_t kLinesOfABundleMax = 8;

/// Gathers a workspace's events from several logs.
class Gathering final : public EntrySink {
 public:
  awaitable<Result<void>> take(Entry entry, std::string content) override {
    Sequence seq = entry.first;
    for (const std::string_view line : event_lines(entry, content)) {
      const auto [place, added] = lines_.emplace(seq, line);
      if (!added && place->second != line) {
        co_return internal(
            fmt::format("event {} is there in two forms: {} and {}", seq, place->second, line));
      }
      ++seq;
    }
    co_return Result<void>();
  }

  Result<std::vector<std::string>> finish() {
    std::vector<std::string> lines;
    for (auto& [seq, line] : lines_) {
      if (seq != lines.size() + 1)
        return internal(fmt::format("event {} is missing", lines.size() + 1));
      lines.push_back(std::move(line));
    }
    return lines;
  }

 private:
  std::map<Sequence, std::string> lines_;
};

/// Whether nobody but `node` has owned the workspace since that node's epoch.
bool is_current(const Manifest& manifest, const NodeId& node, std::uint64_t node_epoch) {
  bool current = false;
  for (const LogPlace& place : manifest.logs) {
    current = place.node == node && (current || place.epoch == node_epoch);
  }
  return current;
}

}  // namespace

/// What a kill ends.
struct SimulatedNode::Life {
  Life(Setting& setting, const std::shared_ptr<Process>& process)
      : store(setting.network, process),
        timing(setting.world, process),
        nonce(setting.world.random().id("p_")),
        tasks(setting.world.strand(), [&setting](std::string_view task, const std::string& what) {
          setting.oracle.violation(fmt::format("{} failed: {}", task, what));
        }) {}

  NetworkStore store;
  WorldTiming timing;
  const std::string nonce;
  std::unique_ptr<NodeLease> lease;
  std::unique_ptr<NodeLog> log;
  std::set<WorkspaceId> serving;
  bool stopping = false;
  TaskGroup tasks;
};

SimulatedNode::SimulatedNode(Setting& setting, NodeId name)
    : setting_(setting), disk_(std::make_unique<Disk>()) {
  disk_->node = std::move(name);
}

SimulatedNode::~SimulatedNode() { check(!running(), "a node is killed first"); }

NetworkStore& SimulatedNode::link() { return life_->store; }
std::size_t SimulatedNode::serving() const { return life_ ? life_->serving.size() : 0; }
Manifest::Owner SimulatedNode::owner() const { return {disk_->node, life_->lease->epoch()}; }

void SimulatedNode::start() {
  check(!running());
  World& world = setting_.world;
  process_ = std::make_shared<Process>();
  process_->name = disk_->node;
  process_->clock_ppm = static_cast<int>(world.random().below(100'001)) - 50'000;
  // What it knew to be acknowledged may not have been written down.
  for (auto& [id, copy] : disk_->copies) copy.shipped -= world.random().below(copy.shipped + 1);
  life_ = std::make_unique<Life>(setting_, process_);
  asio::post(world.strand(), [this] { life_->tasks.spawn("node", live(*this)); });
  world.settle();
}

awaitable<void> SimulatedNode::end(SimulatedNode& self, std::shared_ptr<bool> ended) {
  co_await self.life_->tasks.close();
  if (self.life_->lease) co_await self.life_->lease->close();
  *ended = true;
}

void SimulatedNode::kill() {
  check(running());
  process_->dead = true;
  const auto ended = std::make_shared<bool>(false);
  asio::co_spawn(setting_.world.strand(), end(*this, ended),
                 [](std::exception_ptr failure) { check(failure == nullptr); });
  setting_.world.settle();
  check(*ended, "coroutines of a killed process end at once");
  life_.reset();
}

void SimulatedNode::lose_disk(NodeId next_name) {
  check(!running());
  disk_ = std::make_unique<Disk>();
  disk_->node = std::move(next_name);
}

void SimulatedNode::stop_and_restart() {
  if (std::exchange(life_->stopping, true)) return;
  World& world = setting_.world;
  const auto delay = world.between(milliseconds{200}, milliseconds{4'000});
  world.at(world.now(), process_, [this, &world, delay] {
    kill();
    world.at(world.now() + delay, nullptr, [this] {
      if (!running()) start();
    });
  });
}

awaitable<void> SimulatedNode::live(SimulatedNode& self) {
  Life& life = *self.life_;
  const LeaseTimes times = self.setting_.behaviour.times;
  LeaseClaim claim{self.disk_->node, self.disk_->node, life.nonce};
  auto claimed = co_await claim_lease(life.store, life.timing, times, std::move(claim), kPatience);
  if (!claimed) co_return self.stop_and_restart();
  life.lease = std::make_unique<NodeLease>(self.setting_.world.strand(), life.store, life.timing,
                                           times, *std::move(claimed));
  life.lease->listen([&self](LeaseStanding standing) {
    const bool fences = self.setting_.behaviour.fence == Behaviour::Fence::kKept;
    if (standing == LeaseStanding::kLost && fences && !self.process_->dead) self.stop_and_restart();
  });
  while (true) {
    const auto sealed = co_await seal_past(life.store, life.lease->record());
    if (sealed) break;
    co_await life.timing.sleep_for(kRetry);
  }
  life.lease->past_is_sealed();
  life.log =
      std::make_unique<NodeLog>(life.store, self.disk_->node, life.lease->epoch(), life.nonce);
  life.tasks.spawn("writer", write(self));
  life.tasks.spawn("shipper", ship(self));
  for (const SimulatedWorkspace& workspace : self.setting_.workspaces) {
    while (true) {
      const auto acquired = co_await self.acquire(workspace, std::nullopt);
      if (acquired || acquired.error().code == Errc::kConflict) break;
      co_await life.timing.sleep_for(kRetry);
    }
  }
  life.tasks.spawn("watch", watch(self));
}

awaitable<Result<void>> SimulatedNode::acquire(const SimulatedWorkspace& workspace,
                                               std::optional<Manifest::Owner> taken_over) {
  Life& life = *life_;
  ManifestStore manifests(life.store, workspace.folder);
  Claim claim{owner(), life.log->next_place().bundle, std::move(taken_over)};
  auto acquired = co_await manifests.acquire(std::move(claim));
  if (!acquired) {
    if (acquired.error().code == Errc::kConflict) disk_->copies.erase(workspace.id);
    co_return std::move(acquired).error();
  }
  if (life.serving.contains(workspace.id)) co_return Result<void>();
  const auto copy = disk_->copies.find(workspace.id);
  if (copy != disk_->copies.end() &&
      is_current(acquired->value, disk_->node, copy->second.node_epoch)) {
    setting_.oracle.restored(workspace.id, copy->second.lines);
  } else {
    auto lines = co_await read_logs(workspace.id, acquired->value);
    if (!lines) co_return std::move(lines).error();
    setting_.oracle.restored(workspace.id, *lines);
    const std::size_t count = lines->size();
    disk_->copies[workspace.id] = {*std::move(lines), 0, count};
  }
  disk_->copies[workspace.id].node_epoch = life.lease->epoch();
  life.serving.insert(workspace.id);
  co_return Result<void>();
}

awaitable<Result<std::vector<std::string>>> SimulatedNode::read_logs(WorkspaceId workspace,
                                                                     Manifest manifest) {
  LogTail tail(life_->store);
  Gathering gathering;
  for (const LogPlace& place : manifest.logs) {
    if (place.node == disk_->node && place.epoch == life_->lease->epoch()) continue;
    auto read = co_await tail.read(workspace, place, gathering);
    if (!read && read.error().code == Errc::kInternal) {
      setting_.oracle.violation(fmt::format("{}: {}", workspace.str(), read.error().message));
    }
    if (!read) co_return std::move(read).error();
  }
  auto lines = gathering.finish();
  if (!lines) {
    setting_.oracle.violation(fmt::format("{}: {}", workspace.str(), lines.error().message));
  }
  co_return lines;
}

bool SimulatedNode::may_acknowledge() const {
  return setting_.behaviour.fence == Behaviour::Fence::kIgnored || life_->lease->valid();
}

void SimulatedNode::acknowledge(const SimulatedWorkspace& workspace, Sequence seq) {
  setting_.oracle.acknowledged({workspace.id, workspace.folder, owner(), seq,
                                disk_->copies.at(workspace.id).lines.at(seq - 1),
                                workspace.durability});
}

/// Somebody works in the node's workspaces.
awaitable<void> SimulatedNode::write(SimulatedNode& self) {
  Life& life = *self.life_;
  World& world = self.setting_.world;
  while (true) {
    co_await life.timing.sleep_for(world.between(milliseconds{50}, milliseconds{900}));
    const SimulatedWorkspace& workspace =
        self.setting_.workspaces[world.random().below(self.setting_.workspaces.size())];
    if (!life.serving.contains(workspace.id) || !self.may_acknowledge()) continue;
    Disk::Copy& copy = self.disk_->copies.at(workspace.id);
    const Sequence seq = copy.lines.size() + 1;
    std::string line = fmt::format("{} {} {}", seq, life.nonce, world.random().below(1'000));
    co_await life.timing.sleep_for(milliseconds{4});  // the journal's sync
    copy.lines.push_back(std::move(line));
    const bool at_once =
        workspace.durability == Durability::kLocal ||
        self.setting_.behaviour.acknowledge == Behaviour::Acknowledge::kBeforeUpload;
    if (at_once && self.may_acknowledge()) self.acknowledge(workspace, seq);
  }
}

/// What goes into the next bundle: of each workspace, up to which event.
SimulatedNode::Shipment SimulatedNode::due() const {
  Shipment due;
  for (const WorkspaceId& id : life_->serving) {
    const Disk::Copy& copy = disk_->copies.at(id);
    const std::size_t last = std::min(copy.lines.size(), copy.shipped + kLinesOfABundleMax);
    if (last > copy.shipped) due.emplace_back(id, last);
  }
  return due;
}

std::string SimulatedNode::build_bundle(const Shipment& shipment) const {
  BundleWriter writer(life_->log->next_head());
  for (const auto& [id, last] : shipment) {
    const Disk::Copy& copy = disk_->copies.at(id);
    std::string content;
    for (std::size_t at = copy.shipped; at < last; ++at) content += copy.lines[at] + "\n";
    Entry entry;
    entry.workspace = id;
    entry.first = copy.shipped + 1;
    entry.last = last;
    check(writer.add(std::move(entry), content).ok());
  }
  return std::move(writer).finish();
}

awaitable<void> SimulatedNode::ship(SimulatedNode& self) {
  Life& life = *self.life_;
  while (true) {
    co_await life.timing.sleep_for(limits::kBundleInterval);
    Shipment due = self.due();
    if (due.empty()) continue;
    std::string bundle = self.build_bundle(due);
    const auto sent = co_await self.send(std::move(due), std::move(bundle));
    if (!sent) co_return self.stop_and_restart();
  }
}

/// Sends a bundle until it is known to be there, or never will be.
awaitable<Result<void>> SimulatedNode::send(Shipment shipment, std::string bundle) {
  while (true) {
    const auto sent = co_await life_->log->append(bundle);
    if (sent) break;
    if (sent.error().code == Errc::kConflict) co_return sent.error();
    co_await life_->timing.sleep_for(kRetry);
  }
  for (const auto& [id, last] : shipment) {
    Disk::Copy& copy = disk_->copies.at(id);
    const auto workspace =
        std::ranges::find(setting_.workspaces, id, [](const auto& each) { return each.id; });
    for (; copy.shipped < last; ++copy.shipped) {
      setting_.oracle.shipped(id, copy.shipped + 1, copy.lines[copy.shipped]);
      if (workspace->durability == Durability::kReplicated && may_acknowledge()) {
        acknowledge(*workspace, copy.shipped + 1);
      }
    }
  }
  co_return Result<void>();
}

awaitable<void> SimulatedNode::watch(SimulatedNode& self) {
  Life& life = *self.life_;
  LeaseWatch leases(life.store, life.timing, self.setting_.behaviour.watch_times);
  while (true) {
    co_await life.timing.sleep_for(milliseconds{2'000});
    auto vacancies = co_await leases.poll();
    if (!vacancies) continue;
    for (LeaseWatch::Vacancy& vacancy : *vacancies) {
      const NodeId& node = vacancy.lease.record.node;
      if (node == self.disk_->node || !self.may_acknowledge()) continue;
      const bool needed = co_await self.still_owns(node);
      if (needed) co_await self.take_place_of(std::move(vacancy));
    }
  }
}

/// Whether a workspace names the node as its owner. Yes where it is not known.
awaitable<bool> SimulatedNode::still_owns(NodeId node) {
  for (const SimulatedWorkspace& workspace : setting_.workspaces) {
    ManifestStore manifests(life_->store, workspace.folder);
    const auto manifest = co_await manifests.load();
    if (!manifest || (manifest->value.owner && manifest->value.owner->node == node)) co_return true;
  }
  co_return false;
}

awaitable<void> SimulatedNode::take_place_of(LeaseWatch::Vacancy vacancy) {
  Life& life = *life_;
  const LeaseTimes times = setting_.behaviour.times;
  const std::string nonce = setting_.world.random().id("t_");
  auto held = co_await take_over(life.store, life.timing, times, std::move(vacancy.lease),
                                 disk_->node, nonce, kPatience);
  if (!held) co_return;
  const Manifest::Owner gone{held->record.node, held->record.epoch - 1};
  for (const SimulatedWorkspace& workspace : setting_.workspaces) {
    if (life.serving.contains(workspace.id)) continue;
    const auto acquired = co_await acquire(workspace, gone);
    // Whatever is not known is left to the next look at the lease, which runs out again.
    if (!acquired && acquired.error().code != Errc::kConflict) co_return;
  }
  const auto ended =
      co_await end_takeover(life.store, life.timing, times, *std::move(held), kPatience);
  static_cast<void>(ended);  // a lease that is not freed runs out
}

}  // namespace coditect::replication::simulation
