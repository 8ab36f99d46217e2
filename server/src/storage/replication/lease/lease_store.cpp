#include "storage/replication/lease/lease_store.h"

#include <utility>

#include "storage/replication/lease/lease_observer.h"

namespace coditect::replication {
namespace {

constexpr std::size_t kLeaseBytesMax = 4096;

Error give_up(const NodeId& node, std::string why) {
  return unavailable("the lease of node " + node + " cannot be had: " + std::move(why),
                     "check that the object store can be reached and that no other server runs "
                     "in the node's place");
}

}  // namespace

awaitable<Result<StoredLease>> read_lease(objects::ObjectStore& store, NodeId node) {
  CO_TRY(objects::ObjectStore::Object object,
         co_await store.get(lease_key(node), {}, kLeaseBytesMax));
  CO_TRY(LeaseRecord record, parse_lease(object.content));
  if (record.node != node) {
    co_return internal("the lease of node " + node + " is of node " + record.node);
  }
  StoredLease stored{std::move(record), std::move(object.info.generation)};
  co_return stored;
}

awaitable<Result<WrittenLease>> write_lease(objects::ObjectStore& store, Timing& timing,
                                            LeaseTimes times, LeaseRecord record,
                                            objects::Condition condition,
                                            std::chrono::milliseconds patience) {
  const SteadyTime sent_at = timing.now();
  while (true) {
    auto put = co_await store.put(lease_key(record.node), to_text(record), condition);
    if (put) {
      WrittenLease written{{std::move(record), std::move(put->generation)}, sent_at};
      co_return written;
    }
    Error error = std::move(put).error();
    if (error.code == Errc::kConflict) {
      auto found = co_await read_lease(store, record.node);
      if (found && found->record == record) {
        WrittenLease written{*std::move(found), sent_at};
        co_return written;
      }
      if (found || found.error().code == Errc::kNotFound) co_return error;
      error = std::move(found).error();
    }
    if (error.code != Errc::kUnavailable) co_return error;
    if (timing.now() - sent_at >= patience) co_return give_up(record.node, error.message);
    co_await timing.sleep_for(times.retry_interval);
  }
}

awaitable<Result<WrittenLease>> claim_lease(objects::ObjectStore& store, Timing& timing,
                                            LeaseTimes times, LeaseClaim claim,
                                            std::chrono::milliseconds patience) {
  LeaseObserver observer(times);
  const SteadyTime begin = timing.now();
  std::string in_the_way;
  while (timing.now() - begin < patience) {
    auto found = co_await read_lease(store, claim.node);
    const SteadyTime now = timing.now();
    LeaseRecord next;
    objects::Condition condition = objects::IfAbsent{};
    bool free = false;
    if (found) {
      const LeaseRecord& record = found->record;
      const auto seen = observer.observe({{claim.node, found->generation}}, now);
      free = record.released() || record.holder == claim.holder || !seen.expired.empty();
      in_the_way = "node " + record.holder + " holds it in epoch " + std::to_string(record.epoch);
      next = next_epoch(record, claim.node, claim.holder, claim.nonce);
      condition = objects::IfGeneration{found->generation};
    } else if (found.error().code == Errc::kNotFound) {
      free = true;
      next = next_epoch(LeaseRecord{}, claim.node, claim.holder, claim.nonce);
    } else if (found.error().code == Errc::kUnavailable) {
      in_the_way = found.error().message;
    } else {
      co_return std::move(found).error();
    }
    if (free) {
      auto written = co_await write_lease(store, timing, times, std::move(next),
                                          std::move(condition), patience);
      if (written || written.error().code != Errc::kConflict) co_return written;
      in_the_way = "somebody else acquires it";
    }
    co_await timing.sleep_for(times.retry_interval);
  }
  co_return give_up(claim.node, std::move(in_the_way));
}

}  // namespace coditect::replication
