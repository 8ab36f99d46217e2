#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "async/notifier.h"
#include "async/task_group.h"
#include "base/clock.h"
#include "storage/objects/object_store.h"

namespace coditect::objects {

struct MirrorOptions {
  /// Whether an object of this key is ever put over. Such objects are the primary's alone. Called
  /// by any thread.
  std::function<bool(std::string_view key)> is_mutable;
  std::size_t object_bytes_max = 64u << 20;  ///< larger objects are not mirrored
  std::size_t queue_objects_max = 1'000;     ///< a copy that finds no room is left out
  std::size_t queue_bytes_max = 128u << 20;  ///< beyond it the content is read from the primary
  std::chrono::milliseconds pause{10'000};   ///< after a failure it is not read, copies left out
};

/// For /metrics.
struct MirrorCounters {
  std::uint64_t hits = 0;     ///< reads that the mirror answered
  std::uint64_t misses = 0;   ///< reads of what it does not hold
  std::uint64_t damaged = 0;  ///< copies that did not pass our hash
  std::uint64_t failed = 0;   ///< calls of the mirror that failed
  std::uint64_t copied = 0;
  std::uint64_t left_out = 0;  ///< copies not made: no room, or the mirror failed
  std::uint64_t queue_objects = 0;
  std::uint64_t queue_bytes = 0;

  bool operator==(const MirrorCounters&) const = default;
};

/// A primary store, which says what is true, and a mirror that reads immutable objects faster or
/// cheaper. Whole objects are read from the mirror first and checked by our own hash (see
/// mirror_copy.h); what it does not hold, or holds damaged, comes from the primary and is copied
/// again. Ranges, listings, heads and mutable objects are the primary's.
///
/// Threads:    any; its state lives on a strand of its own.
/// Lifetime:   that of ObjectStore. `clock` outlives it. close() finishes the copy under way and
///             leaves the queued ones out: the next read makes up for them.
/// Invariants: a put or a removal is what the primary has said. A mirror that is down or full of
///             nonsense costs time and money, never an answer.
/// Errors:     those of the primary. A removal needs both stores: Errc::kUnavailable, and the
///             primary's object kept, where the mirror cannot be asked. A copy that another node
///             makes at that moment may survive, and answer later reads of the removed key.
class MirroredStore final : public ObjectStore {
 public:
  MirroredStore(const Strand& strand, std::unique_ptr<ObjectStore> primary,
                std::unique_ptr<ObjectStore> mirror, MirrorOptions options, const Clock& clock);
  ~MirroredStore() override;

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
  std::string description() const override;

  awaitable<MirrorCounters> counters();
  /// Returns when every copy that is queued now has been made or left out.
  awaitable<void> drain();

 private:
  /// A copy to make; the content is read from the primary where it is not kept.
  struct Job {
    ObjectInfo info;
    std::optional<std::string> content;
    std::size_t kept_bytes() const { return content ? content->size() : 0; }
  };
  static awaitable<Result<ObjectInfo>> put_and_copy(MirroredStore& self, Job job,
                                                    awaitable<Result<ObjectInfo>> put);

  awaitable<std::optional<Object>> get_copy_on_strand(std::string key, std::size_t bytes_max);
  awaitable<void> enqueue_on_strand(Job job, std::uint64_t removals);
  awaitable<Result<void>> remove_on_strand(std::string key);
  awaitable<void> close_on_strand();
  awaitable<void> drain_on_strand();
  awaitable<MirrorCounters> counters_on_strand();
  awaitable<void> make_copies();
  awaitable<void> make_one_copy(Job job);
  bool is_queued(std::string_view key) const;
  void leave_queued_out(std::string_view key);
  bool mirror_is_up() const { return clock_.steady() >= mirror_down_until_; }
  void note_failure();

  // Constant after construction.
  const Strand strand_;
  const std::unique_ptr<ObjectStore> primary_;
  const std::unique_ptr<ObjectStore> mirror_;
  const MirrorOptions options_;
  const Clock& clock_;
  /// Counts beginnings and ends of removals: what was read before one may be gone after it.
  std::atomic<std::uint64_t> removals_ = 0;
  // Touched only on strand_.
  MirrorCounters counters_;
  SteadyTime mirror_down_until_{};
  std::deque<Job> queue_;
  std::size_t queue_bytes_ = 0;
  std::optional<std::string> copying_;   ///< the key whose copy is under way
  std::multiset<std::string> removing_;  ///< not to be copied
  bool working_ = false;
  bool closed_ = false;
  Notifier progress_;  ///< a copy was made or left out
  TaskGroup tasks_;
};

}  // namespace coditect::objects
