#include "storage/replication/lease/lease_watch.h"

#include <utility>

#include "base/storage_limits.h"

namespace coditect::replication {

awaitable<Result<std::vector<LeaseWatch::Vacancy>>> LeaseWatch::poll() {
  std::vector<LeaseObserver::Seen> leases;
  objects::ListPage page;
  do {
    std::string prefix(lease_prefix());
    CO_TRY(page, co_await store_.list(std::move(prefix), std::move(page.next),
                                      limits::kListPageObjectsMax));
    for (objects::ObjectInfo& object : page.objects) {
      if (auto node = parse_lease_key(object.key)) {
        leases.push_back({*std::move(node), std::move(object.generation)});
      }
    }
  } while (!page.next.empty());
  const LeaseObserver::Verdict verdict = observer_.observe(leases, timing_.now());

  std::vector<Vacancy> vacancies;
  const auto look = [this](LeaseObserver::Seen seen) -> awaitable<Result<StoredLease>> {
    return read_lease(store_, std::move(seen.node));
  };
  for (const LeaseObserver::Seen& seen : verdict.quiet) {
    CO_TRY(StoredLease lease, co_await look(seen));
    if (lease.record.released()) {
      vacancies.push_back({std::move(lease), Vacancy::Reason::kReleased});
    }
  }
  for (const LeaseObserver::Seen& seen : verdict.expired) {
    CO_TRY(StoredLease lease, co_await look(seen));
    if (lease.generation != seen.generation) continue;
    const auto reason =
        lease.record.released() ? Vacancy::Reason::kReleased : Vacancy::Reason::kExpired;
    vacancies.push_back({std::move(lease), reason});
  }
  co_return vacancies;
}

}  // namespace coditect::replication
