#include "storage/replication/node/node_watch.h"

#include "base/log.h"
#include "base/storage_limits.h"
#include "storage/replication/log/takeover.h"

namespace coditect::replication {

namespace {

/// How long a node that stopped in order may stay away before its workspaces are taken.
constexpr std::chrono::seconds kReleasedGrace{60};
constexpr std::chrono::seconds kClaimPatience{30};

using Reason = LeaseWatch::Vacancy::Reason;

}  // namespace

NodeWatch::NodeWatch(Parts parts)
    : parts_(std::move(parts)), leases_(parts_.store, parts_.timing, {}) {}

awaitable<void> NodeWatch::run(NodeWatch& self) {
  for (;;) {
    co_await self.parts_.timing.sleep_for(limits::kLeaseRenewInterval);
    if (self.parts_.lease.valid()) {
      co_await self.look();
    } else {
      // Where this node could not renew, the others may not have been able to either: when the
      // store is back, each gets the whole time again before anybody takes its place.
      self.leases_.forget();
    }
  }
}

awaitable<void> NodeWatch::look() {
  const SteadyTime asked = parts_.timing.now();
  auto vacancies = co_await leases_.poll();
  if (parts_.timing.now() - asked > limits::kLeaseRenewInterval) {
    // The store was out of reach, for the others too as far as anybody knows.
    leases_.forget();
    co_return;
  }
  if (!vacancies) {
    spdlog::warn("looking at the other nodes' leases: {}", vacancies.error().message);
    co_return;
  }
  for (LeaseWatch::Vacancy& vacancy : *vacancies) {
    const NodeId node = vacancy.lease.record.node;
    if (node == parts_.node || !is_due(vacancy)) continue;
    if (!co_await has_room(node)) continue;
    auto taken = co_await take_place_of(std::move(vacancy));
    if (!taken) spdlog::error("taking over node {}: {}", node, taken.error().message);
  }
  if (incomplete_) co_await complete();
}

/// A node that cannot write what it takes leaves it to the others.
awaitable<bool> NodeWatch::has_room(const NodeId& node) {
  auto room = co_await parts_.adoption.check_room();
  bool& told = vacant_[node].told;
  if (!room && !told) spdlog::error("not taking over node {}: {}", node, room.error().message);
  told = !room;
  co_return room.ok();
}

awaitable<void> NodeWatch::complete() {
  const Adoption::Outcome outcome = co_await parts_.adoption.adopt_missing();
  adopted_ += outcome.adopted;
  incomplete_ = outcome.failure.has_value();
  if (outcome.failure) {
    spdlog::error("a takeover is not complete and is tried again: {}", outcome.failure->message);
  }
}

bool NodeWatch::is_due(const LeaseWatch::Vacancy& vacancy) {
  const SteadyTime now = parts_.timing.now();
  Vacant& known = vacant_[vacancy.lease.record.node];
  if (known.generation != vacancy.lease.generation) known = {vacancy.lease.generation, now};
  if (known.done) return false;
  // A node that stopped in order is about to be started again, as a rule.
  return vacancy.reason == Reason::kExpired || now - known.since >= kReleasedGrace;
}

awaitable<Result<void>> NodeWatch::take_place_of(LeaseWatch::Vacancy vacancy) {
  const NodeId node = vacancy.lease.record.node;
  const std::uint64_t epoch = vacancy.lease.record.epoch;
  const bool released = vacancy.lease.record.released();
  spdlog::warn("node {} {}: taking it over", node,
               released ? "was stopped and not started again" : "has not renewed its lease");
  std::string nonce = parts_.random.id("p_");
  CO_TRY(StoredLease held,
         co_await take_over(parts_.store, parts_.timing, {}, std::move(vacancy.lease), parts_.node,
                            std::move(nonce), kClaimPatience));
  ++takeovers_;
  // Whatever of it fails is this node's by then, and nobody else would take it.
  incomplete_ = true;
  const Adoption::Outcome outcome = co_await parts_.adoption.adopt_all_of({node, epoch});
  adopted_ += outcome.adopted;
  spdlog::warn("node {}: {} workspaces taken over", node, outcome.adopted);
  CO_TRY_VOID(
      co_await end_takeover(parts_.store, parts_.timing, {}, std::move(held), kClaimPatience));
  if (outcome.failure) co_return *outcome.failure;
  // Its lease is vacant from here on and stays so: there is nothing left to take.
  CO_TRY(StoredLease left, co_await read_lease(parts_.store, node));
  if (left.record.released()) {
    vacant_[node] = {std::move(left.generation), parts_.timing.now(), true};
  }
  co_return Result<void>{};
}

}  // namespace coditect::replication
