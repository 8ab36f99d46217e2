#include "net/chunked_stream.h"

#include <boost/asio/as_tuple.hpp>
#include <fmt/format.h>

#include "base/check.h"

namespace coditect::net {

namespace {

constexpr std::size_t kReadAheadBytesMax = 16u << 10;  // then only write() notices a lost client
constexpr std::size_t kReadBytes = 4u << 10;

}  // namespace

ChunkedStream::ChunkedStream(HttpTransport& transport, TaskGroup& tasks, const Strand& strand,
                             Style style)
    : transport_(transport), tasks_(tasks), strand_(strand), style_(style), changed_(strand) {}

awaitable<Result<void>> ChunkedStream::start(int status, Headers headers) {
  check(strand_.running_in_this_thread());
  check(state_ == State::kNew, "a ResponseStream is started twice");
  ResponseHead head;
  head.status = status;
  head.framing = style_.framing;
  head.after = style_.after;
  state_ = State::kOpen;
  CO_TRY_VOID(co_await send(to_bytes(head, headers)));
  begin_watch();
  co_return Result<void>();
}

awaitable<Result<void>> ChunkedStream::write(std::string chunk) {
  check(strand_.running_in_this_thread());
  CO_TRY_VOID(need_open());
  if (chunk.empty() || style_.body == Body::kLeaveOut) co_return Result<void>();
  if (style_.framing == Framing::kChunked) {
    chunk.insert(0, fmt::format("{:x}\r\n", chunk.size()));
    chunk += "\r\n";
  }
  co_return co_await send(std::move(chunk));
}

awaitable<Result<void>> ChunkedStream::finish() {
  check(strand_.running_in_this_thread());
  CO_TRY_VOID(need_open());
  if (style_.framing == Framing::kChunked && style_.body == Body::kSend) {
    std::string last_chunk = "0\r\n\r\n";
    CO_TRY_VOID(co_await send(std::move(last_chunk)));
  }
  state_ = State::kFinished;
  changed_.notify_all();
  co_return Result<void>();
}

void ChunkedStream::abort() {
  check(strand_.running_in_this_thread());
  state_ = State::kBroken;
  transport_.close();
  changed_.notify_all();
}

awaitable<void> ChunkedStream::wait_peer_closed() {
  check(strand_.running_in_this_thread());
  if (state_ == State::kNew) begin_watch();
  while (!peer_closed() && (state_ == State::kNew || state_ == State::kOpen)) {
    co_await changed_.wait();
  }
}

std::stop_token ChunkedStream::when_peer_closed() {
  check(strand_.running_in_this_thread());
  if (state_ == State::kNew) begin_watch();
  return gone_.get_token();
}

awaitable<void> ChunkedStream::close() {
  watch_wanted_ = false;
  if (watching_) transport_.stream.cancel();
  changed_.notify_all();
  while (watching_) co_await changed_.wait();
}

void ChunkedStream::begin_watch() {
  if (watching_) return;
  watch_wanted_ = true;
  watching_ = true;
  tasks_.spawn("watch for a client that leaves", watch(shared_from_this()));
}

awaitable<void> ChunkedStream::watch(std::shared_ptr<ChunkedStream> self) {
  auto& buffer = self->transport_.buffer;
  auto& stream = self->transport_.stream;
  while (self->watch_wanted_ && buffer.size() < kReadAheadBytesMax) {
    stream.expires_never();
    const auto [error, count] = co_await stream.async_read_some(
        buffer.prepare(kReadBytes), asio::as_tuple(asio::use_awaitable));
    buffer.commit(count);
    if (error) {
      if (self->watch_wanted_) self->gone_.request_stop();
      break;
    }
  }
  self->watching_ = false;
  self->changed_.notify_all();
}

awaitable<Result<void>> ChunkedStream::send(std::string bytes) {
  Result<void> sent = co_await transport_.write(std::move(bytes));
  if (!sent) {
    state_ = State::kBroken;
    gone_.request_stop();
    changed_.notify_all();
  }
  co_return sent;
}

Result<void> ChunkedStream::need_open() const {
  check(state_ != State::kNew && state_ != State::kFinished,
        "a ResponseStream is written before start() or after finish()");
  if (state_ == State::kBroken) return unavailable("the client is gone");
  return {};
}

}  // namespace coditect::net
