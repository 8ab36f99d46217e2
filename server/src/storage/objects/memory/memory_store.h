#pragma once

#include <memory>
#include <string>

#include "storage/objects/memory/faults.h"
#include "storage/objects/memory/memory_bucket.h"
#include "storage/objects/object_store.h"
#include "storage/objects/sleep.h"

namespace coditect::objects {

/// One node's way to a MemoryBucket, for tests and simulations: with faults it loses requests and
/// answers, delays them and lets them arrive when nobody waits any more. Without delays a call
/// never suspends, so that a story of one thread is the same story each time.
///
/// Threads:  any.
/// Lifetime: `faults` outlives it. The bucket may be shared with other stores and outlive them.
/// Errors:   those of ObjectStore; an injected one is Errc::kUnavailable.
class MemoryStore final : public ObjectStore {
 public:
  explicit MemoryStore(std::shared_ptr<MemoryBucket> bucket = std::make_shared<MemoryBucket>());
  /// `sleep` is called for each delay that `faults` asks for.
  MemoryStore(std::shared_ptr<MemoryBucket> bucket, Faults& faults, Sleep sleep);

  awaitable<Result<ObjectInfo>> put(std::string key, std::string content,
                                    Condition condition) override;
  awaitable<Result<ObjectInfo>> put(std::string key, ByteSource& source,
                                    Condition condition) override;
  awaitable<Result<Object>> get(std::string key, Range range, std::size_t bytes_max) override;
  awaitable<Result<ObjectInfo>> read(std::string key, Range range, const ByteSink& sink) override;
  awaitable<Result<ObjectInfo>> head(std::string key) override;
  awaitable<Result<ListPage>> list(std::string prefix, std::string next,
                                   std::size_t limit) override;
  awaitable<Result<void>> remove(std::string key) override;
  awaitable<void> close() override;
  std::string description() const override { return "memory"; }

 private:
  Fault next_fault(StoreCall call, std::string_view key);
  awaitable<void> delay(std::chrono::milliseconds time);
  awaitable<Result<MemoryBucket::Stored>> fetch(std::string key);

  // Constant after construction.
  const std::shared_ptr<MemoryBucket> bucket_;
  Faults* const faults_ = nullptr;  // none: nothing goes wrong
  const Sleep sleep_;
};

}  // namespace coditect::objects
