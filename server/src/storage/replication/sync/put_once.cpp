#include "storage/replication/sync/put_once.h"

namespace coditect::replication {

namespace {

constexpr int kAttemptsMax = 4;

/// False where the outcome is not known and another attempt may help.
bool decided(const Result<objects::ObjectInfo>& put) {
  return put || put.error().code != Errc::kUnavailable;
}

Result<void> outcome(Result<objects::ObjectInfo> put, const std::string& key) {
  if (put || put.error().code == Errc::kConflict) return {};
  return std::move(put).error().in("storing " + key);
}

}  // namespace

awaitable<Result<void>> put_once(objects::ObjectStore& store, std::string key,
                                 std::string content) {
  const objects::Condition condition = objects::IfAbsent{};
  Result<objects::ObjectInfo> put;
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    put = co_await store.put(key, content, condition);
    if (decided(put)) break;
  }
  co_return outcome(std::move(put), key);
}

awaitable<Result<void>> put_once(objects::ObjectStore& store, std::string key,
                                 objects::ByteSource& source) {
  const objects::Condition condition = objects::IfAbsent{};
  Result<objects::ObjectInfo> put;
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    CO_TRY_VOID(source.rewind());
    put = co_await store.put(key, source, condition);
    if (decided(put)) break;
  }
  co_return outcome(std::move(put), key);
}

}  // namespace coditect::replication
