#include "storage/replication/simulation/simulation.h"

#include <gtest/gtest.h>

#include <iostream>

namespace coditect::replication::simulation {
namespace {

constexpr std::uint64_t kFirstSeed = 1;
constexpr std::uint64_t kSchedules = 3'000;
/// A broken system must be found out within so many.
constexpr std::uint64_t kControlSchedules = 1'000;

/// Runs schedules of a system that something was taken out of, until one is found out.
template <class Spoil>
std::optional<std::string> find_violation(Spoil spoil) {
  for (std::uint64_t seed = kFirstSeed; seed < kFirstSeed + kControlSchedules; ++seed) {
    Schedule schedule = draw_schedule(seed);
    spoil(schedule);
    if (auto violation = run(schedule).violation) {
      std::cout << "seed " << seed << " " << *violation << "\n";
      return violation;
    }
  }
  return std::nullopt;
}

TEST(ReplicationSimulation, NothingAcknowledgedIsLostAndNobodyActsForAnother) {
  Oracle::Counts total;
  for (std::uint64_t seed = kFirstSeed; seed < kFirstSeed + kSchedules; ++seed) {
    const Outcome outcome = run(draw_schedule(seed));
    total += outcome.counts;
    ASSERT_FALSE(outcome.violation) << "seed " << seed << " " << *outcome.violation;
  }
  // The schedules are worth something.
  EXPECT_GT(total.acknowledged_locally, 5 * kSchedules);
  EXPECT_GT(total.acknowledged_replicated, 5 * kSchedules);
  EXPECT_GT(total.restores, 4 * kSchedules);
  EXPECT_GT(total.lease_epochs, 4 * kSchedules);
}

TEST(ReplicationSimulation, ASeedIsOneRun) {
  const Outcome first = run(draw_schedule(7));
  const Outcome second = run(draw_schedule(7));
  EXPECT_EQ(first.counts.acknowledged_locally, second.counts.acknowledged_locally);
  EXPECT_EQ(first.counts.acknowledged_replicated, second.counts.acknowledged_replicated);
  EXPECT_EQ(first.counts.restores, second.counts.restores);
}

// Negative controls: the checker must find what a missing safeguard lets through.

TEST(ReplicationSimulationControl, WithoutTheSealAZombieWritesOn) {
  // A write has to be on its way for longer than a takeover takes: that is rare, so they play
  // longer.
  EXPECT_TRUE(find_violation([](Schedule& schedule) {
    schedule.conditions = Network::Conditions::kIgnoredForBundles;
    schedule.duration = std::chrono::minutes{10};
  }));
}

TEST(ReplicationSimulationControl, WithoutTheSelfFenceTwoNodesAcknowledge) {
  EXPECT_TRUE(find_violation(
      [](Schedule& schedule) { schedule.behaviour.fence = Behaviour::Fence::kIgnored; }));
}

TEST(ReplicationSimulationControl, AcknowledgedBeforeTheUploadIsLost) {
  EXPECT_TRUE(find_violation([](Schedule& schedule) {
    schedule.behaviour.acknowledge = Behaviour::Acknowledge::kBeforeUpload;
  }));
}

TEST(ReplicationSimulationControl, AnImpatientClaimantTakesALeaseThatIsStillGood) {
  EXPECT_TRUE(find_violation([](Schedule& schedule) {
    schedule.behaviour.watch_times.time = std::chrono::milliseconds{4'000};
    schedule.behaviour.watch_times.margin = std::chrono::milliseconds{0};
  }));
}

}  // namespace
}  // namespace coditect::replication::simulation
