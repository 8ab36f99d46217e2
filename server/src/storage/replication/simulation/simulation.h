#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "storage/replication/simulation/network.h"
#include "storage/replication/simulation/node.h"
#include "storage/replication/simulation/oracle.h"

namespace coditect::replication::simulation {

/// One schedule of faults over a few nodes and one store, all of it decided by its seed.
struct Schedule {
  std::uint64_t seed = 0;
  std::chrono::seconds duration{60};
  std::size_t nodes = 3;
  std::size_t workspaces = 4;
  // What is taken out of the system in a negative control.
  Behaviour behaviour;
  Network::Conditions conditions = Network::Conditions::kKept;
};

struct Outcome {
  std::optional<std::string> violation;  ///< with the simulated time at which it was seen
  Oracle::Counts counts;
};

/// The schedule of a seed: short ones and long ones.
Schedule draw_schedule(std::uint64_t seed);

/// Runs a schedule to its end or its first violation. At the end all faults cease, every process
/// dies, what is on its way arrives, and a new node must be able to take all workspaces.
Outcome run(const Schedule& schedule);

}  // namespace coditect::replication::simulation
