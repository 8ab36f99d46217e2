#include "storage/objects/retrying/retrying_store.h"

#include <algorithm>
#include <utility>

#include "storage/objects/byte_sources.h"

namespace coditect::objects {

using std::chrono::milliseconds;

/// The attempts of one call and the pauses between them.
class RetryingStore::Attempts {
 public:
  explicit Attempts(RetryingStore& store)
      : store_(store),
        deadline_(store.parts_.clock.steady() + store.options_.deadline),
        bound_(store.options_.delay_first) {}

  /// Waits before another attempt. False, at once, when it would begin behind the deadline.
  awaitable<bool> wait() {
    const milliseconds pause = store_.jitter(std::min(bound_, store_.options_.delay_max));
    if (store_.parts_.clock.steady() + pause > deadline_) co_return false;
    bound_ = std::min(bound_ * 2, store_.options_.delay_max);
    co_await store_.parts_.sleep(pause);
    co_return true;
  }

 private:
  RetryingStore& store_;
  const SteadyTime deadline_;
  milliseconds bound_;
};

RetryingStore::RetryingStore(std::unique_ptr<ObjectStore> inner, RetryOptions options,
                             RetryParts parts)
    : inner_(std::move(inner)), options_(options), parts_(std::move(parts)) {}

template <class Call>
awaitable<typename std::invoke_result_t<Call&>::value_type> RetryingStore::retried(Call call) {
  Attempts attempts(*this);
  for (;;) {
    auto result = co_await call();
    if (result || result.error().code != Errc::kUnavailable) co_return result;
    const bool again = co_await attempts.wait();
    if (!again) co_return result;
  }
}

template <class Put>
awaitable<Result<ObjectInfo>> RetryingStore::put_retried(std::string key, ByteSource& source,
                                                         Put put) {
  Attempts attempts(*this);
  for (bool may_be_stored = false;; may_be_stored = true) {
    auto stored = co_await put();
    if (!stored && stored.error().code == Errc::kConflict && may_be_stored) {
      stored = co_await resolve(key, source, std::move(stored).error());
    }
    if (stored || stored.error().code == Errc::kConflict) co_return stored;
    if (stored.error().code != Errc::kUnavailable) {
      if (!may_be_stored) co_return stored;
      stored.error().code = Errc::kUnavailable;
      co_return std::move(stored).error().in("an earlier attempt may have been stored");
    }
    const bool again = co_await attempts.wait();
    if (!again) co_return stored;
  }
}

awaitable<Result<ObjectInfo>> RetryingStore::put(std::string key, std::string content,
                                                 Condition condition) {
  StringSource source(content);
  const auto attempt = [&] { return inner_->put(key, content, condition); };
  co_return co_await put_retried(key, source, attempt);
}

awaitable<Result<ObjectInfo>> RetryingStore::put(std::string key, ByteSource& source,
                                                 Condition condition) {
  const auto attempt = [&] { return inner_->put(key, source, condition); };
  co_return co_await put_retried(key, source, attempt);
}

/// What a conflict that follows an attempt of unknown outcome means: the content that stands is
/// read and compared. Ours: that attempt has won. Somebody else's: `conflict`.
awaitable<Result<ObjectInfo>> RetryingStore::resolve(std::string key, ByteSource& source,
                                                     Error conflict) {
  CO_TRY_VOID(source.rewind());
  bool ours = true;
  const ByteSink compare = [&](std::string_view part) -> Result<void> {
    while (ours && !part.empty()) {
      TRY(const std::string expected, source.read(part.size()));
      ours = !expected.empty() && part.starts_with(expected);
      part.remove_prefix(std::min(expected.size(), part.size()));
    }
    if (!ours) return Error(conflict);
    return {};
  };
  const Range whole;
  auto standing = co_await inner_->read(key, whole, compare);
  if (!ours) co_return conflict;
  if (!standing && standing.error().code == Errc::kNotFound) co_return conflict;
  if (standing && standing->bytes != source.bytes()) co_return conflict;
  co_return standing;
}

awaitable<Result<ObjectStore::Object>> RetryingStore::get(std::string key, Range range,
                                                          std::size_t bytes_max) {
  const auto attempt = [&] { return inner_->get(key, range, bytes_max); };
  co_return co_await retried(attempt);
}

awaitable<Result<ObjectInfo>> RetryingStore::read(std::string key, Range range,
                                                  const ByteSink& sink) {
  bool given = false;
  const ByteSink watched = [&](std::string_view part) -> Result<void> {
    given = true;
    return sink(part);
  };
  Attempts attempts(*this);
  for (;;) {
    auto result = co_await inner_->read(key, range, watched);
    if (result || given || result.error().code != Errc::kUnavailable) co_return result;
    const bool again = co_await attempts.wait();
    if (!again) co_return result;
  }
}

awaitable<Result<ObjectInfo>> RetryingStore::head(std::string key) {
  const auto attempt = [&] { return inner_->head(key); };
  co_return co_await retried(attempt);
}

awaitable<Result<ListPage>> RetryingStore::list(std::string prefix, std::string next,
                                                std::size_t limit) {
  const auto attempt = [&] { return inner_->list(prefix, next, limit); };
  co_return co_await retried(attempt);
}

awaitable<Result<void>> RetryingStore::remove(std::string key) {
  const auto attempt = [&] { return inner_->remove(key); };
  co_return co_await retried(attempt);
}

awaitable<void> RetryingStore::close() { return inner_->close(); }

milliseconds RetryingStore::jitter(milliseconds bound) {
  const std::lock_guard lock(random_mutex_);
  return milliseconds(parts_.random.below(static_cast<std::uint64_t>(bound.count()) + 1));
}

}  // namespace coditect::objects
