#include "storage/objects/counting/counting_store.h"

#include <utility>

namespace coditect::objects {

StoreCounts CountingStore::Counters::read() const {
  return {puts, gets, lists, removals, failed, bytes_up, bytes_down};
}

template <class T>
Result<T> CountingStore::counted(Result<T> answer) {
  if (!answer && answer.error().code != Errc::kConflict && answer.error().code != Errc::kNotFound) {
    ++counters_.failed;
  }
  return answer;
}

awaitable<Result<ObjectInfo>> CountingStore::put(std::string key, std::string content,
                                                 Condition condition) {
  ++counters_.puts;
  const std::size_t bytes = content.size();
  auto stored =
      counted(co_await inner_->put(std::move(key), std::move(content), std::move(condition)));
  if (stored) counters_.bytes_up += bytes;
  co_return stored;
}

awaitable<Result<ObjectInfo>> CountingStore::put(std::string key, ByteSource& source,
                                                 Condition condition) {
  ++counters_.puts;
  auto stored = counted(co_await inner_->put(std::move(key), source, std::move(condition)));
  if (stored) counters_.bytes_up += source.bytes();
  co_return stored;
}

awaitable<Result<ObjectStore::Object>> CountingStore::get(std::string key, Range range,
                                                          std::size_t bytes_max) {
  ++counters_.gets;
  auto object = counted(co_await inner_->get(std::move(key), range, bytes_max));
  if (object) counters_.bytes_down += object->content.size();
  co_return object;
}

awaitable<Result<ObjectInfo>> CountingStore::read(std::string key, Range range,
                                                  const ByteSink& sink) {
  ++counters_.gets;
  const ByteSink count = [this, &sink](std::string_view part) {
    counters_.bytes_down += part.size();
    return sink(part);
  };
  co_return counted(co_await inner_->read(std::move(key), range, count));
}

awaitable<Result<ObjectInfo>> CountingStore::head(std::string key) {
  ++counters_.gets;
  co_return counted(co_await inner_->head(std::move(key)));
}

awaitable<Result<ListPage>> CountingStore::list(std::string prefix, std::string next,
                                                std::size_t limit) {
  ++counters_.lists;
  co_return counted(co_await inner_->list(std::move(prefix), std::move(next), limit));
}

awaitable<Result<void>> CountingStore::remove(std::string key) {
  ++counters_.removals;
  co_return counted(co_await inner_->remove(std::move(key)));
}

}  // namespace coditect::objects
