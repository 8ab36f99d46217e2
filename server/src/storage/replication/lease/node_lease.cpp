#include "storage/replication/lease/node_lease.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "base/check.h"

namespace coditect::replication {
namespace {

std::chrono::milliseconds until(SteadyTime time, SteadyTime now) {
  return std::chrono::ceil<std::chrono::milliseconds>(std::max(time - now, SteadyTime::duration{}));
}

}  // namespace

NodeLease::NodeLease(const Strand& strand, objects::ObjectStore& store, Timing& timing,
                     LeaseTimes times, WrittenLease lease)
    : strand_(strand),
      store_(store),
      timing_(timing),
      times_(times),
      epoch_(lease.stored.record.epoch),
      nonce_(lease.stored.record.nonce),
      valid_until_(SteadyTime::min().time_since_epoch().count()),
      owner_(times, std::move(lease.stored.record), std::move(lease.stored.generation),
             lease.sent_at),
      tasks_(strand, [this](std::string_view task, const std::string& what) {
        fail(internal(std::string(task) + ": " + what));
        owner_.absent();
        update();
      }) {
  update();
  tasks_.spawn("lease renewal", renew(*this));
  tasks_.spawn("lease watch", watch(*this));
}

NodeLease::~NodeLease() { check(tasks_.size() == 0, "a lease is released or closed first"); }

bool NodeLease::valid() const {
  return timing_.now().time_since_epoch().count() < valid_until_.load(std::memory_order_acquire);
}

void NodeLease::fail(Error error) { trouble_ = std::move(error); }

void NodeLease::update() {
  valid_until_.store(owner_.valid_until().time_since_epoch().count(), std::memory_order_release);
  const LeaseStanding standing = owner_.standing(timing_.now());
  if (standing == LeaseStanding::kValid) trouble_.reset();
  if (std::exchange(told_, standing) == standing) return;
  for (const Listener& listener : listeners_) listener(standing);
}

awaitable<void> NodeLease::renew(NodeLease& self) {
  while (true) {
    const LeaseOwner::Order order = self.owner_.next(self.timing_.now());
    if (std::holds_alternative<LeaseOwner::Stop>(order)) co_return;
    if (const auto* wait = std::get_if<LeaseOwner::Wait>(&order)) {
      co_await self.timing_.sleep_for(until(wait->until, self.timing_.now()));
    } else if (const auto* write = std::get_if<LeaseOwner::Write>(&order)) {
      co_await self.perform(*write);
    } else {
      co_await self.perform(LeaseOwner::Read{});
    }
    self.update();
  }
}

/// Tells of the end of validity while a renewal hangs.
awaitable<void> NodeLease::watch(NodeLease& self) {
  while (self.owner_.standing(self.timing_.now()) != LeaseStanding::kLost) {
    const SteadyTime now = self.timing_.now();
    const SteadyTime end = self.owner_.valid_until();
    co_await self.timing_.sleep_for(end > now ? until(end, now) : self.times_.retry_interval);
    self.update();
  }
}

awaitable<void> NodeLease::perform(LeaseOwner::Write write) {
  objects::Condition condition = objects::IfGeneration{std::move(write.if_generation)};
  auto put = co_await store_.put(lease_key(write.record.node), to_text(write.record),
                                 std::move(condition));
  if (put) {
    owner_.stored(std::move(put->generation));
  } else if (put.error().code == Errc::kConflict) {
    owner_.refused();
  } else {
    owner_.failed(timing_.now());
    fail(std::move(put).error());
  }
}

awaitable<void> NodeLease::perform(LeaseOwner::Read) {
  auto found = co_await read_lease(store_, owner_.record().node);
  if (found) {
    owner_.found(found->record, std::move(found->generation));
  } else if (found.error().code == Errc::kNotFound) {
    owner_.absent();
  } else {
    owner_.failed(timing_.now());
    fail(std::move(found).error());
  }
}

awaitable<Result<void>> NodeLease::release(std::chrono::milliseconds patience) {
  co_await close();
  const SteadyTime begin = timing_.now();
  while (!owner_.released() && owner_.standing(begin) != LeaseStanding::kLost) {
    if (timing_.now() - begin >= patience) {
      co_return unavailable("the lease of node " + owner_.record().node + " could not be freed");
    }
    const LeaseOwner::Order order = owner_.next(timing_.now());
    if (const auto* write = std::get_if<LeaseOwner::Write>(&order)) {
      co_await perform(*write);
    } else if (std::holds_alternative<LeaseOwner::Read>(order)) {
      co_await perform(LeaseOwner::Read{});
    } else if (const auto* wait = std::get_if<LeaseOwner::Wait>(&order)) {
      co_await timing_.sleep_for(until(wait->until, timing_.now()));
    }
  }
  co_return Result<void>();
}

awaitable<void> NodeLease::close() {
  owner_.release();
  update();
  co_await tasks_.close();
}

}  // namespace coditect::replication
