#include "storage/replication/simulation/simulation.h"

#include <fmt/format.h>

#include <memory>
#include <vector>

#include "base/check.h"

namespace coditect::replication::simulation {
namespace {

constexpr SteadyTime::duration kLastArrival = seconds{90};
constexpr SteadyTime::duration kTakeoverMax = seconds{240};

/// One run: nodes, the faults that befall them, and the check at the end.
class Run {
 public:
  explicit Run(const Schedule& schedule)
      : schedule_(schedule),
        world_(schedule.seed),
        network_(world_),
        oracle_(network_.bucket),
        setting_{world_, network_, oracle_, {}, schedule.behaviour} {
    network_.conditions = schedule.conditions;
    network_.on_put = [this](const std::string& key, std::string_view content) {
      oracle_.written(key, content);
    };
    for (std::size_t i = 0; i < schedule.workspaces; ++i) add_workspace(i);
    for (std::size_t i = 0; i < schedule.nodes; ++i) {
      nodes_.push_back(std::make_unique<SimulatedNode>(setting_, new_name()));
    }
  }

  ~Run() { kill_all(); }

  Outcome play() {
    draw_network();
    for (const auto& node : nodes_) {
      const auto delay = world_.between(milliseconds{0}, milliseconds{3'000});
      world_.at(world_.now() + delay, nullptr, [each = node.get()] {
        if (!each->running()) each->start();
      });
    }
    plan_fault();
    end_ = world_.now() + schedule_.duration;
    world_.run_until(end_, [this] { return over(); });
    if (!over()) finish();
    Outcome outcome{oracle_.violation(), oracle_.counts()};
    if (outcome.violation) {
      const auto at = std::chrono::duration_cast<milliseconds>(world_.now().time_since_epoch());
      outcome.violation = fmt::format("at {} ms: {}", at.count(), *outcome.violation);
    }
    return outcome;
  }

 private:
  bool over() const { return oracle_.violation().has_value(); }
  NodeId new_name() { return fmt::format("node_{}", ++names_); }

  void add_workspace(std::size_t index) {
    SimulatedWorkspace workspace;
    workspace.id = WorkspaceId(fmt::format("w_{}", index));
    workspace.folder =
        fmt::format("organizations/o/teams/t/users/u/workspaces/{}", workspace.id.str());
    workspace.durability = index % 2 == 0 ? Durability::kLocal : Durability::kReplicated;
    Manifest manifest;
    manifest.workspace = workspace.id;
    manifest.epoch = 1;
    auto content = std::make_shared<const std::string>(to_text(manifest));
    check(network_.bucket->put(manifest_key(workspace.folder), content, objects::IfAbsent{}).ok());
    setting_.workspaces.push_back(std::move(workspace));
  }

  /// How bad the network is all the time.
  void draw_network() {
    const auto up_to = [this](std::uint64_t most) {
      return static_cast<unsigned>(world_.random().below(most + 1));
    };
    network_.slow_permille = up_to(40);
    network_.lost_permille = up_to(30);
    network_.twice_permille = up_to(30);
  }

  void plan_fault() {
    const auto delay = world_.between(milliseconds{500}, milliseconds{9'000});
    world_.at(world_.now() + delay, nullptr, [this] {
      if (world_.now() >= end_) return;
      SimulatedNode& node = *nodes_[world_.random().below(nodes_.size())];
      if (node.running()) strike(node);
      plan_fault();
    });
  }

  void strike(SimulatedNode& node) {
    switch (world_.random().below(8)) {
      case 0: return kill(node);
      case 1: kill(node); return node.lose_disk(new_name());
      case 2:
      case 3: return pause(node);
      case 4:
        node.link().cut_until = world_.now() + world_.between(seconds{2}, seconds{40});
        return;
      case 5: network_.cut_until = world_.now() + world_.between(seconds{1}, seconds{25}); return;
      case 6: network_.storm_until = world_.now() + world_.between(seconds{1}, seconds{15}); return;
      default: node.process().clock_jumped += world_.between(milliseconds{1}, milliseconds{300});
    }
  }

  void kill(SimulatedNode& node) {
    node.kill();
    const auto delay = world_.between(milliseconds{100}, milliseconds{25'000});
    world_.at(world_.now() + delay, nullptr, [this, &node] {
      if (!node.running() && world_.now() < end_) node.start();
    });
  }

  void pause(SimulatedNode& node) {
    node.process().paused = true;
    const auto delay = world_.between(milliseconds{200}, milliseconds{40'000});
    auto process = node.shared_process();
    world_.at(world_.now() + delay, nullptr, [this, process] {
      if (!process->dead) world_.resume(*process);
    });
  }

  void kill_all() {
    for (const auto& node : nodes_) {
      if (node->running()) node->kill();
    }
  }

  /// The last node finds everything that was promised.
  void finish() {
    kill_all();
    network_.slow_permille = network_.lost_permille = network_.twice_permille = 0;
    network_.cut_until = network_.storm_until = SteadyTime{};
    world_.run_until(world_.now() + kLastArrival, [this] { return over(); });
    kill_all();  // those that a restart was planned for
    nodes_.push_back(std::make_unique<SimulatedNode>(setting_, new_name()));
    SimulatedNode& last = *nodes_.back();
    last.start();
    const auto done = [&] { return over() || last.serving() == setting_.workspaces.size(); };
    world_.run_until(world_.now() + kTakeoverMax, done);
    if (!done()) oracle_.violation("a new node cannot take all workspaces");
  }

  const Schedule schedule_;
  World world_;
  Network network_;
  Oracle oracle_;
  Setting setting_;
  std::vector<std::unique_ptr<SimulatedNode>> nodes_;
  SteadyTime end_{};
  int names_ = 0;
};

}  // namespace

Schedule draw_schedule(std::uint64_t seed) {
  SeededRandom random(seed);
  Schedule schedule;
  schedule.seed = seed;
  schedule.duration = seconds{10 + static_cast<std::int64_t>(random.below(40))};
  schedule.nodes = 2 + random.below(2);
  schedule.workspaces = 2 + random.below(3);
  return schedule;
}

Outcome run(const Schedule& schedule) { return Run(schedule).play(); }

}  // namespace coditect::replication::simulation
