#include "storage/objects/memory/memory_store.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/storage_limits.h"
#include "storage/objects/byte_sources.h"
#include "storage/objects/condition.h"
#include "storage/objects/crc32c.h"
#include "storage/objects/object_key.h"
#include "storage/objects/range.h"

namespace coditect::objects {
namespace {

using Kind = Fault::Kind;

Error lost(const Fault& fault) { return unavailable("memory store: " + std::string(fault.reason)); }

Result<void> check_content(const MemoryBucket::Stored& stored, const Extent& extent) {
  if (is_whole(extent, stored.content->size()) && crc32c(*stored.content) != stored.info.crc32c) {
    return damaged_object(stored.info.key);
  }
  return {};
}

}  // namespace

MemoryStore::MemoryStore(std::shared_ptr<MemoryBucket> bucket) : bucket_(std::move(bucket)) {}

MemoryStore::MemoryStore(std::shared_ptr<MemoryBucket> bucket, Faults& faults, Sleep sleep)
    : bucket_(std::move(bucket)), faults_(&faults), sleep_(std::move(sleep)) {}

awaitable<Result<ObjectInfo>> MemoryStore::put(std::string key, std::string content,
                                               Condition condition) {
  CO_TRY_VOID(check_key(key));
  auto bytes = std::make_shared<const std::string>(std::move(content));
  const Fault fault = next_fault(StoreCall::kPut, key);
  co_await delay(fault.delay_before);
  if (fault.kind == Kind::kRequestLost) co_return lost(fault);
  if (fault.kind == Kind::kLate) {
    bucket_->put_late(fault.late_calls, std::move(key), std::move(bytes), std::move(condition));
    co_return lost(fault);
  }
  auto stored = bucket_->put(key, std::move(bytes), condition);
  co_await delay(fault.delay_after);
  if (fault.kind == Kind::kAnswerLost) co_return lost(fault);
  co_return stored;
}

awaitable<Result<ObjectInfo>> MemoryStore::put(std::string key, ByteSource& source,
                                               Condition condition) {
  CO_TRY_VOID(check_key(key));
  CO_TRY(std::string content, read_all(source));
  co_return co_await put(std::move(key), std::move(content), std::move(condition));
}

awaitable<Result<ObjectStore::Object>> MemoryStore::get(std::string key, Range range,
                                                        std::size_t bytes_max) {
  CO_TRY(const MemoryBucket::Stored stored, co_await fetch(std::move(key)));
  const Extent extent = extent_of(range, stored.content->size());
  if (extent.bytes > bytes_max)
    co_return too_large_object(stored.info.key, extent.bytes, bytes_max);
  CO_TRY_VOID(check_content(stored, extent));
  Object object{stored.info, stored.content->substr(extent.offset, extent.bytes)};
  co_return object;
}

awaitable<Result<ObjectInfo>> MemoryStore::read(std::string key, Range range,
                                                const ByteSink& sink) {
  CO_TRY(const MemoryBucket::Stored stored, co_await fetch(std::move(key)));
  const Extent extent = extent_of(range, stored.content->size());
  const std::string_view wanted =
      std::string_view(*stored.content).substr(extent.offset, extent.bytes);
  for (std::size_t given = 0; given < wanted.size(); given += limits::kObjectPartBytes) {
    CO_TRY_VOID(sink(wanted.substr(given, limits::kObjectPartBytes)));
  }
  CO_TRY_VOID(check_content(stored, extent));
  co_return stored.info;
}

awaitable<Result<ObjectInfo>> MemoryStore::head(std::string key) {
  CO_TRY_VOID(check_key(key));
  const Fault fault = next_fault(StoreCall::kHead, key);
  co_await delay(fault.delay_before);
  if (fault.kind == Kind::kRequestLost) co_return lost(fault);
  auto stored = bucket_->get(key);
  co_await delay(fault.delay_after);
  if (fault.kind != Kind::kNone) co_return lost(fault);
  if (!stored) co_return std::move(stored).error();
  co_return stored->info;
}

awaitable<Result<ListPage>> MemoryStore::list(std::string prefix, std::string next,
                                              std::size_t limit) {
  CO_TRY_VOID(check_prefix(prefix));
  CO_TRY_VOID(check_list_limit(limit));
  const Fault fault = next_fault(StoreCall::kList, prefix);
  co_await delay(fault.delay_before);
  if (fault.kind == Kind::kRequestLost) co_return lost(fault);
  ListPage page = bucket_->list(prefix, next, limit);
  co_await delay(fault.delay_after);
  if (fault.kind != Kind::kNone) co_return lost(fault);
  co_return page;
}

awaitable<Result<void>> MemoryStore::remove(std::string key) {
  CO_TRY_VOID(check_key(key));
  const Fault fault = next_fault(StoreCall::kRemove, key);
  co_await delay(fault.delay_before);
  if (fault.kind == Kind::kRequestLost) co_return lost(fault);
  if (fault.kind == Kind::kLate) {
    bucket_->remove_late(fault.late_calls, std::move(key));
    co_return lost(fault);
  }
  bucket_->remove(key);
  co_await delay(fault.delay_after);
  if (fault.kind == Kind::kAnswerLost) co_return lost(fault);
  co_return Result<void>();
}

awaitable<void> MemoryStore::close() { co_return; }

Fault MemoryStore::next_fault(StoreCall call, std::string_view key) {
  return faults_ == nullptr ? Fault{} : faults_->next(call, key);
}

awaitable<void> MemoryStore::delay(std::chrono::milliseconds time) {
  if (time.count() <= 0) co_return;
  check(static_cast<bool>(sleep_), "a fault asks for a delay, but there is nothing to wait with");
  co_await sleep_(time);
}

awaitable<Result<MemoryBucket::Stored>> MemoryStore::fetch(std::string key) {
  CO_TRY_VOID(check_key(key));
  const Fault fault = next_fault(StoreCall::kGet, key);
  co_await delay(fault.delay_before);
  if (fault.kind == Kind::kRequestLost) co_return lost(fault);
  auto stored = bucket_->get(key);
  co_await delay(fault.delay_after);
  if (fault.kind != Kind::kNone) co_return lost(fault);
  co_return stored;
}

}  // namespace coditect::objects
