#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <chrono>

#include "storage/replication/simulation/simulation.h"

// Runs schedules by hand, for minutes or hours. Prints the first failing seed and ends with 1.
int main(int argument_count, char** arguments) {
  using namespace coditect::replication::simulation;
  CLI::App app("Simulates nodes, their leases and logs, from seeds");
  std::uint64_t seed = 1;
  std::uint64_t schedules = 1'000;
  std::int64_t duration_s = 0;
  app.add_option("--seed", seed, "The first seed");
  app.add_option("--schedules", schedules, "How many seeds to run");
  app.add_option("--seconds", duration_s, "Simulated time of each; 0: as the seed says");
  CLI11_PARSE(app, argument_count, arguments);

  const auto begin = std::chrono::steady_clock::now();
  Oracle::Counts total;
  for (std::uint64_t i = 0; i < schedules; ++i) {
    Schedule schedule = draw_schedule(seed + i);
    if (duration_s > 0) schedule.duration = std::chrono::seconds(duration_s);
    const Outcome outcome = run(schedule);
    total += outcome.counts;
    if (outcome.violation) {
      fmt::print("seed {}: {}\n", schedule.seed, *outcome.violation);
      return 1;
    }
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  fmt::print(
      "{} schedules in {:.1f} s: {} local and {} replicated acknowledgements, {} restores, {} "
      "lease "
      "epochs\n",
      schedules, took.count(), total.acknowledged_locally, total.acknowledged_replicated,
      total.restores, total.lease_epochs);
  return 0;
}
