#include "storage/replication/log/seal.h"

#include <utility>

#include "base/storage_limits.h"
#include "storage/replication/bundle/bundle.h"

namespace coditect::replication {
namespace {

/// Head and trailer of a bundle without entries, with texts of their largest size.
constexpr std::uint64_t kSealBytesMax = 1024;
static_assert(kSealBytesMax > 2 * kBundleTextBytesMax + kBundleTrailerBytes + 100);

/// What is at the end of a log.
struct LastBundle {
  std::uint64_t number = 0;  ///< 0: the log is empty
  std::uint64_t bytes = 0;
};

/// The bundle with the highest number. Retention keeps that of each log, so that the numbers of a
/// log whose older bundles are gone do not begin again. What a writer still has on its way has the
/// number after it.
awaitable<Result<LastBundle>> find_last(objects::ObjectStore& store, NodeId node,
                                        std::uint64_t epoch) {
  LastBundle last;
  objects::ListPage page;
  do {
    std::string prefix = log_prefix(node, epoch);
    CO_TRY(page, co_await store.list(std::move(prefix), std::move(page.next),
                                     limits::kListPageObjectsMax));
    for (const objects::ObjectInfo& object : page.objects) {
      if (const auto place = parse_bundle_key(object.key)) last = {place->bundle, object.bytes};
    }
  } while (!page.next.empty());
  co_return last;
}

/// Damage is not a seal: a reader reports it, and a log that cannot be sealed could not be read.
awaitable<Result<bool>> is_seal(objects::ObjectStore& store, LogPlace place) {
  auto object = co_await store.get(bundle_key(place), {}, 2 * limits::kBundleBytesMax);
  if (!object && object.error().code == Errc::kInternal) co_return false;
  if (!object) co_return std::move(object).error();
  const auto index = parse_bundle(object->content);
  co_return index && index->head.kind == BundleHead::Kind::kSeal;
}

}  // namespace

awaitable<Result<void>> seal_log(objects::ObjectStore& store, NodeId node, std::uint64_t epoch,
                                 std::string nonce) {
  CO_TRY(const LastBundle last, co_await find_last(store, node, epoch));
  LogPlace place{node, epoch, last.number};
  if (last.number > 0 && last.bytes <= kSealBytesMax) {
    CO_TRY(const bool sealed, co_await is_seal(store, place));
    if (sealed) co_return Result<void>();
  }
  while (true) {
    ++place.bundle;
    BundleHead head;
    head.node = node;
    head.epoch = epoch;
    head.number = place.bundle;
    head.nonce = nonce;
    auto put =
        co_await store.put(bundle_key(place), make_seal(std::move(head)), objects::IfAbsent{});
    if (put) co_return Result<void>();
    if (put.error().code != Errc::kConflict) co_return std::move(put).error();
    CO_TRY(const bool sealed, co_await is_seal(store, place));
    if (sealed) co_return Result<void>();
  }
}

awaitable<Result<void>> seal_past(objects::ObjectStore& store, LeaseRecord lease) {
  for (std::uint64_t epoch = lease.sealed_through + 1; epoch < lease.epoch; ++epoch) {
    CO_TRY_VOID(co_await seal_log(store, lease.node, epoch, lease.nonce));
  }
  co_return Result<void>();
}

}  // namespace coditect::replication
