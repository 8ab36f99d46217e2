#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <type_traits>

#include "base/clock.h"
#include "base/random.h"
#include "storage/objects/object_store.h"
#include "storage/objects/sleep.h"

namespace coditect::objects {

struct RetryOptions {
  std::chrono::milliseconds delay_first{100};  ///< doubles with each attempt; full jitter
  std::chrono::milliseconds delay_max{5'000};
  std::chrono::milliseconds deadline{30'000};  ///< no attempt begins later after the first one
};

/// What retries are made with; each outlives the store.
struct RetryParts {
  const Clock& clock;
  Random& random;  ///< asked by one thread at a time
  Sleep sleep;
};

/// Asks another store again when the outcome of a call is not known, and finds out what became of
/// its own attempts: a put that is told of a conflict with what itself has stored has succeeded.
///
/// Threads:    any.
/// Lifetime:   that of ObjectStore; owns the store it asks.
/// Invariants: an attempt follows another one only after Errc::kUnavailable. Reading is begun
///             again only while nothing was given to the sink.
/// Errors:     those of ObjectStore. Errc::kConflict after an attempt of unknown outcome says that
///             somebody else's version stands now; ours may have stood before it, where that key
///             is ever overwritten. Errc::kUnavailable when the deadline has passed, and instead
///             of any other error of a put when an attempt before it may have been stored.
class RetryingStore final : public ObjectStore {
 public:
  RetryingStore(std::unique_ptr<ObjectStore> inner, RetryOptions options, RetryParts parts);

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
  std::string description() const override { return inner_->description(); }

 private:
  class Attempts;

  template <class Call>
  awaitable<typename std::invoke_result_t<Call&>::value_type> retried(Call call);
  template <class Put>
  awaitable<Result<ObjectInfo>> put_retried(std::string key, ByteSource& source, Put put);
  awaitable<Result<ObjectInfo>> resolve(std::string key, ByteSource& source, Error conflict);
  std::chrono::milliseconds jitter(std::chrono::milliseconds bound);

  // Constant after construction.
  const std::unique_ptr<ObjectStore> inner_;
  const RetryOptions options_;
  const RetryParts parts_;
  std::mutex random_mutex_;  ///< guards parts_.random
};

}  // namespace coditect::objects
