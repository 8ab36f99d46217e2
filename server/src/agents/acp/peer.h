#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "agents/acp/line_stream.h"
#include "async/notifier.h"
#include "async/strand.h"
#include "async/task_group.h"
#include "base/json.h"
#include "base/result.h"

namespace coditect::agents::acp {

/// What the other side answers to a call: its result, or its own error.
struct Reply {
  struct Refusal {
    std::int64_t code = 0;
    std::string message;  ///< with what `data` adds to it
  };
  json::value result;
  std::optional<Refusal> refusal;
};

/// What a Peer does with what the other side asks and tells.
class PeerHandler {
 public:
  virtual ~PeerHandler() = default;
  /// Each in a coroutine of its own. An Error is answered as one.
  virtual awaitable<Result<json::value>> on_request(std::string method, json::object params) = 0;
  /// One after the other, in order; nothing more is read meanwhile.
  virtual awaitable<Result<void>> on_notification(std::string method, json::object params) = 0;
};

/// One side of JSON-RPC 2.0 over lines.
///
/// Threads:    one strand.
/// Lifetime:   `handler` outlives it. Await close() before destroying it.
/// Invariants: a reply is given out after everything that was said before it was handled.
/// Errors:     broken() says why it is over: the other side has closed, said too much that is no
///             message, or a handler failed. Every call fails with that then.
class Peer {
 public:
  Peer(const Strand& strand, std::unique_ptr<LineStream> stream, PeerHandler& handler);

  /// Begins to read.
  void start();
  /// Waits for the answer, at most `time_max` (Errc::kUnavailable) or for ever.
  awaitable<Result<Reply>> call(std::string method, json::object params,
                                std::optional<std::chrono::milliseconds> time_max = std::nullopt);
  awaitable<Result<void>> notify(std::string method, json::object params);
  /// Tells the other side that nothing more comes.
  void end() { stream_->end(); }
  /// Ends every call; returns when no handler runs, which is for its owner to bring about.
  awaitable<void> close();

  /// Why it is over; nothing while it is not.
  const std::optional<Error>& broken() const { return broken_; }
  /// Lines that were no message.
  int garbage() const { return garbage_; }
  /// Woken when it is over.
  void on_broken(Notifier& notifier) { listener_ = &notifier; }

 private:
  awaitable<void> read_all();
  /// An Error ends it.
  awaitable<Result<void>> take(std::string line);
  Result<void> take_garbage(std::string_view line);
  awaitable<void> answer(json::value id, std::string method, json::object params);
  awaitable<void> send_error(json::value id, std::int64_t code, std::string message);
  void take_reply(std::int64_t id, json::object message);
  void break_off(Error why);

  const Strand strand_;
  const std::unique_ptr<LineStream> stream_;
  PeerHandler& handler_;
  // Touched only on strand_.
  std::map<std::int64_t, std::optional<Reply>> calls_;
  std::int64_t last_ = 0;
  std::size_t answering_ = 0;
  int garbage_ = 0;
  std::optional<Error> broken_;
  Notifier* listener_ = nullptr;
  Notifier changed_;
  TaskGroup tasks_;
};

}  // namespace coditect::agents::acp
