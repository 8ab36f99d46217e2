#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <utility>

#include "async/notifier.h"
#include "async/strand.h"

namespace coditect {

/// A queue between coroutines of one strand. Never loses an element to a cancelled receiver.
///
/// Threads:    one strand; every method is called on it.
/// Invariants: at most `capacity` elements.
/// Errors:     push() says whether there was room; pop() is empty once closed and drained.
template <class T>
class BoundedQueue {
 public:
  BoundedQueue(const Strand& strand, std::size_t capacity)
      : capacity_(capacity), changed_(strand) {}

  /// False, and nothing kept, when the queue is full or closed.
  bool push(T element) {
    if (closed_ || elements_.size() >= capacity_) return false;
    elements_.push_back(std::move(element));
    changed_.notify_all();
    return true;
  }

  /// The next element in order; nothing once the queue is closed and empty.
  awaitable<std::optional<T>> pop() {
    while (elements_.empty() && !closed_) co_await changed_.wait();
    if (elements_.empty()) co_return std::nullopt;
    std::optional<T> element = std::move(elements_.front());
    elements_.pop_front();
    co_return element;
  }

  void close() {
    closed_ = true;
    changed_.notify_all();
  }
  void clear() { elements_.clear(); }
  bool closed() const { return closed_; }
  std::size_t size() const { return elements_.size(); }

 private:
  const std::size_t capacity_;
  bool closed_ = false;
  std::deque<T> elements_;
  Notifier changed_;
};

}  // namespace coditect
