#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "storage/objects/object_store.h"

namespace coditect::objects {

/// What a store was asked, as its bill counts it: every attempt, failed ones too.
struct StoreCounts {
  std::uint64_t puts = 0;
  std::uint64_t gets = 0;  ///< heads too
  std::uint64_t lists = 0;
  std::uint64_t removals = 0;
  std::uint64_t failed = 0;      ///< of all these, those without a good answer
  std::uint64_t bytes_up = 0;    ///< of contents that were stored
  std::uint64_t bytes_down = 0;  ///< of contents that were read
};

/// Passes calls on and counts them. It stands below a RetryingStore, so each attempt counts.
///
/// Threads:  any.
/// Lifetime: that of ObjectStore; owns the store that it asks. Counters outlive it.
/// Errors:   those of the other store. A conflict and a missing object are good answers.
class CountingStore final : public ObjectStore {
 public:
  struct Counters {
    std::atomic<std::uint64_t> puts = 0, gets = 0, lists = 0, removals = 0, failed = 0,
                               bytes_up = 0, bytes_down = 0;
    StoreCounts read() const;
  };
  CountingStore(std::unique_ptr<ObjectStore> inner, Counters& counters)
      : inner_(std::move(inner)), counters_(counters) {}

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
  awaitable<void> close() override { return inner_->close(); }
  std::string description() const override { return inner_->description(); }

 private:
  template <class T>
  Result<T> counted(Result<T> answer);

  const std::unique_ptr<ObjectStore> inner_;
  Counters& counters_;
};

}  // namespace coditect::objects
