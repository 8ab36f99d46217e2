#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "agents/acp/acp_process.h"
#include "agents/acp/line_stream.h"
#include "async/notifier.h"
#include "async/task_group.h"
#include "protocols/mcp/client/call_watch.h"
#include "protocols/mcp/client/transport.h"

namespace coditect::workspace {

/// A server that is a program in the sandbox: a message a line, both ways.
///
/// Threads:    one strand.
/// Lifetime:   the listener outlives it. Await close() before destroying it.
/// Invariants: what the program does not read is bounded, and nobody waits for it to read.
/// Errors:     broken() says why it is over; every call fails with that then.
class StdioTransport final : public mcp::Transport {
 public:
  static awaitable<Result<std::unique_ptr<StdioTransport>>> start(const Strand& strand,
                                                                  tools::PipedLauncher& launcher,
                                                                  BlockingPool& pool,
                                                                  tools::PipedSpec spec,
                                                                  mcp::Listener& listener);

  awaitable<Result<mcp::Response>> ask(mcp::Outgoing request, std::stop_token stop) override;
  awaitable<Result<void>> tell(std::string method, json::object params) override;
  void speak(std::string) override {}
  awaitable<void> close() override;

  const std::optional<Error>& broken() const { return broken_; }

 private:
  /// A call that waits for its answer.
  struct Waiting {
    std::optional<mcp::Response> response;
    mcp::CallWatch* watch = nullptr;
  };

  StdioTransport(const Strand& strand, std::unique_ptr<agents::acp::AcpProcess> process,
                 std::unique_ptr<agents::acp::LineStream> stream, mcp::Listener& listener);

  awaitable<void> read_all();
  awaitable<void> write_all();
  /// An Error ends it.
  Result<void> take(const std::string& line);
  void hear(const mcp::Notification& notification);
  Result<void> send(const json::object& message);
  /// Ends the program; from then on broken() says why.
  awaitable<void> end(Error why);

  const Strand strand_;
  const std::unique_ptr<agents::acp::AcpProcess> process_;
  const std::unique_ptr<agents::acp::LineStream> stream_;
  mcp::Listener& listener_;
  // Touched only on the strand.
  std::map<std::int64_t, Waiting> calls_;
  std::deque<std::string> outbox_;
  std::size_t outbox_bytes_ = 0;
  std::size_t garbage_ = 0;
  std::size_t unasked_ = 0;  ///< messages since the last question that answer none
  bool over_ = false;        ///< nothing more is read; the program ends
  bool ending_ = false;      ///< its end is waited for
  std::optional<Error> broken_;
  std::shared_ptr<Notifier> changed_;  // also of those that a late stop wakes
  TaskGroup tasks_;
};

}  // namespace coditect::workspace
