#include "storage/objects/probe.h"

#include <utility>

namespace coditect::objects {
namespace {

constexpr std::size_t kProbeBytesMax = 1'000;

Error ignores_conditions(const ObjectStore& store, const std::string& what) {
  return invalid(store.description() + " " + what,
                 "Two nodes could both own a workspace there. Use Google Cloud Storage, Cloudflare "
                 "R2, Amazon S3 or another store with conditional writes (If-None-Match and "
                 "If-Match); an emulator may need a newer version.");
}

/// Success when `put` was refused because of its condition.
Result<void> expect_refusal(const ObjectStore& store, const Result<ObjectInfo>& put,
                            const std::string& what) {
  if (put) return ignores_conditions(store, what);
  if (put.error().code == Errc::kConflict) return {};
  return Error(put.error()).in("probing " + store.description());
}

/// Success with the object when `put` was not refused.
Result<ObjectInfo> expect_success(const ObjectStore& store, Result<ObjectInfo> put,
                                  const std::string& what) {
  if (put) return put;
  if (put.error().code == Errc::kConflict) return ignores_conditions(store, what);
  return std::move(put).error().in("probing " + store.description());
}

awaitable<Result<void>> probe_object(ObjectStore& store, std::string key) {
  const Condition if_absent = IfAbsent{};
  CO_TRY(const ObjectInfo first, expect_success(store, co_await store.put(key, "first", if_absent),
                                                "refuses to create an object that is not there"));
  CO_TRY_VOID(expect_refusal(store, co_await store.put(key, "created twice", if_absent),
                             "creates an object that is there already"));
  const Condition if_first = IfGeneration{first.generation};
  CO_TRY(const ObjectInfo second, expect_success(store, co_await store.put(key, "second", if_first),
                                                 "refuses to change the version that stands"));
  CO_TRY_VOID(expect_refusal(store, co_await store.put(key, "stale", if_first),
                             "lets a stale version be changed"));
  const Range whole;
  CO_TRY(const ObjectStore::Object standing, co_await store.get(key, whole, kProbeBytesMax));
  if (standing.content != "second" || standing.info.generation != second.generation) {
    co_return ignores_conditions(store, "does not give what was stored last");
  }
  CO_TRY_VOID(co_await store.remove(key));
  const Condition if_second = IfGeneration{second.generation};
  CO_TRY_VOID(expect_refusal(store, co_await store.put(key, "gone", if_second),
                             "lets a version be changed that was removed"));
  co_return Result<void>();
}

}  // namespace

awaitable<Result<void>> probe_conditional_writes(ObjectStore& store, std::string folder,
                                                 Random& random) {
  const std::string key = folder + "/" + random.id("conditions-");
  auto probed = co_await probe_object(store, key);
  auto removed = co_await store.remove(key);
  if (!probed) co_return probed;
  co_return removed;
}

}  // namespace coditect::objects
