#include "protocols/mcp/reply_stream.h"

#include <algorithm>

#include "protocols/mcp/limits.h"

namespace coditect::mcp {

ReplyStream::ReplyStream(const Strand& strand, std::string id, Keeping keeping)
    : strand_(strand), id_(std::move(id)), keeping_(keeping), changed_(strand) {}

void ReplyStream::add(Item item) {
  item.number = ++last_number_;
  bytes_ += item.text.size();
  items_.push_back(std::move(item));
  changed_.notify_all();
}

void ReplyStream::push(std::string text) {
  if (ended_) return;
  while (keeping_ == Keeping::kKept && !items_.empty() &&
         bytes_ + text.size() > limits::kStreamBytesMax) {
    bytes_ -= items_.front().text.size();
    items_.pop_front();
  }
  if (bytes_ + text.size() > limits::kStreamBytesMax) return;
  add({0, std::move(text), false, 200});
}

void ReplyStream::finish(std::string text, int status) {
  if (ended_) return;
  ended_ = true;
  add({0, std::move(text), true, status});
}

void ReplyStream::end() {
  ended_ = true;
  changed_.notify_all();
}

void ReplyStream::hang_up() {
  reader_ = 0;
  changed_.notify_all();
}

std::uint64_t ReplyStream::attach() {
  reader_ = ++last_reader_;
  changed_.notify_all();
  return reader_;
}

void ReplyStream::detach(std::uint64_t reader) {
  if (reader_ != reader) return;
  reader_ = 0;
  changed_.notify_all();
  if (!ended_ && on_abandoned_) on_abandoned_();
}

awaitable<ReplyStream::Next> ReplyStream::next(std::uint64_t reader, std::uint64_t after,
                                               std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (reader == reader_ || reader_ == 0) {
    if (keeping_ == Keeping::kUntilRead) {
      while (!items_.empty() && items_.front().number <= after) {
        bytes_ -= items_.front().text.size();
        items_.pop_front();
      }
    }
    // What was there before the connection was ended still goes out on it.
    const auto found =
        std::ranges::find_if(items_, [after](const Item& item) { return item.number > after; });
    if (found != items_.end()) co_return Next{Next::What::kItem, *found};
    if (ended_ || reader_ == 0) break;
    if (std::chrono::steady_clock::now() >= deadline) co_return Next{Next::What::kQuiet, {}};
    co_await changed_.wait_until(deadline);
  }
  co_return Next{Next::What::kEnd, {}};
}

}  // namespace coditect::mcp
