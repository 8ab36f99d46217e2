#pragma once

#include <memory>
#include <string>

#include "async/notifier.h"
#include "async/task_group.h"
#include "net/http_transport.h"
#include "net/response_head.h"
#include "net/response_stream.h"

namespace coditect::net {

/// The ResponseStream of one request. While it is open or waited for it reads ahead, to notice a
/// client that leaves; what it reads stays in the transport's buffer for the next request.
///
/// Threads:  one strand.
/// Lifetime: shared with its watching task, which `tasks` joins; `transport` and `tasks` outlive
/// it.
class ChunkedStream final : public ResponseStream,
                            public std::enable_shared_from_this<ChunkedStream> {
 public:
  enum class Body { kSend, kLeaveOut };
  struct Style {
    Framing framing = Framing::kChunked;
    AfterAnswer after = AfterAnswer::kKeepAlive;
    Body body = Body::kSend;  ///< left out of the answer to HEAD
  };
  ChunkedStream(HttpTransport& transport, TaskGroup& tasks, const Strand& strand, Style style);

  awaitable<Result<void>> start(int status, Headers headers) override;
  awaitable<Result<void>> write(std::string chunk) override;
  awaitable<Result<void>> finish() override;
  void abort() override;
  bool peer_closed() const override { return gone_.stop_requested(); }
  awaitable<void> wait_peer_closed() override;
  std::stop_token when_peer_closed() override;
  const Strand& strand() const override { return strand_; }

  /// Ends reading ahead and returns when it has ended.
  awaitable<void> close();
  bool started() const { return state_ != State::kNew; }
  bool finished() const { return state_ == State::kFinished; }

 private:
  enum class State { kNew, kOpen, kFinished, kBroken };

  void begin_watch();
  static awaitable<void> watch(std::shared_ptr<ChunkedStream> self);
  awaitable<Result<void>> send(std::string bytes);
  Result<void> need_open() const;

  // Constant after construction.
  HttpTransport& transport_;
  TaskGroup& tasks_;
  const Strand strand_;
  const Style style_;

  // Touched only on strand_.
  State state_ = State::kNew;
  std::stop_source gone_;  ///< stopped once the client is
  bool watch_wanted_ = false;
  bool watching_ = false;
  Notifier changed_;
};

}  // namespace coditect::net
