#include "storage/replication/sync/listing.h"

#include "base/storage_limits.h"

namespace coditect::replication {

awaitable<Result<void>> list_all(objects::ObjectStore& store, std::string prefix,
                                 std::function<Result<void>(const objects::ObjectInfo&)> each) {
  std::string next;
  do {
    auto page = co_await store.list(prefix, std::move(next), limits::kListPageObjectsMax);
    if (!page) co_return std::move(page).error().in("listing " + prefix);
    for (const objects::ObjectInfo& object : page->objects) CO_TRY_VOID(each(object));
    next = std::move(page->next);
  } while (!next.empty());
  co_return Result<void>{};
}

}  // namespace coditect::replication
