#include "storage/replication/log/takeover.h"

#include <utility>

#include "storage/replication/log/seal.h"

namespace coditect::replication {

awaitable<Result<StoredLease>> take_over(objects::ObjectStore& store, Timing& timing,
                                         LeaseTimes times, StoredLease vacant, NodeId holder,
                                         std::string nonce, std::chrono::milliseconds patience) {
  const SteadyTime begin = timing.now();
  LeaseRecord record =
      next_epoch(vacant.record, vacant.record.node, std::move(holder), std::move(nonce));
  objects::Condition condition = objects::IfGeneration{std::move(vacant.generation)};
  CO_TRY(const WrittenLease written,
         co_await write_lease(store, timing, times, record, std::move(condition), patience));
  while (true) {
    auto sealed = co_await seal_past(store, record);
    if (sealed) break;
    if (sealed.error().code != Errc::kUnavailable || timing.now() - begin >= patience) {
      co_return std::move(sealed).error().in("sealing the logs of node " + record.node);
    }
    co_await timing.sleep_for(times.retry_interval);
  }
  record.sealed_through = record.epoch - 1;
  ++record.counter;
  condition = objects::IfGeneration{written.stored.generation};
  CO_TRY(WrittenLease held, co_await write_lease(store, timing, times, std::move(record),
                                                 std::move(condition), patience));
  co_return std::move(held.stored);
}

awaitable<Result<void>> end_takeover(objects::ObjectStore& store, Timing& timing, LeaseTimes times,
                                     StoredLease held, std::chrono::milliseconds patience) {
  LeaseRecord record = std::move(held.record);
  record.holder.clear();
  ++record.counter;
  objects::Condition condition = objects::IfGeneration{std::move(held.generation)};
  const auto written =
      co_await write_lease(store, timing, times, std::move(record), std::move(condition), patience);
  if (!written) co_return written.error();
  co_return Result<void>();
}

}  // namespace coditect::replication
