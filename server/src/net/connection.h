#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "async/notifier.h"
#include "async/task_group.h"
#include "net/handler.h"
#include "net/http_transport.h"
#include "net/server.h"

namespace coditect::net {

class BeastWebSocket;
class BodyReader;
class ChunkedStream;
struct ReceivedRequest;

/// One client's connection: reads requests one after another, asks the handler, writes answers.
///
/// Threads:    its own strand; every method but strand() is called on it.
/// Lifetime:   shared by run() and stop(); ends when both have returned.
/// Invariants: one request is under way at a time, so pipelined answers keep their order.
/// Errors:     handled here: each ends as an answer or as a closed connection.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(boost::beast::tcp_stream stream, const Strand& strand, Handler& handler,
             const ServerOptions& options);
  ~Connection();

  /// Serves until the connection ends; returns when none of its coroutines runs.
  static awaitable<void> run(std::shared_ptr<Connection> self);
  /// Makes run() return: at once where no request is under way, otherwise when it is answered or
  /// after options.close_grace, when the socket is closed under it.
  static awaitable<void> stop(std::shared_ptr<Connection> self);

  const Strand& strand() const { return strand_; }

 private:
  enum class Next { kRequest, kClose, kDiscardThenClose };

  static awaitable<void> serve(std::shared_ptr<Connection> self);
  static awaitable<void> say_goodbye(std::shared_ptr<Connection> self);

  /// Returns when serve() has ended or close_grace is over.
  awaitable<void> wait_for_end();
  /// False when the client closes or sends nothing in time.
  awaitable<bool> wait_for_request(std::chrono::milliseconds time_max);
  awaitable<Next> serve_request();
  /// Nothing when the body is whole, otherwise what comes after the refusal it has sent.
  awaitable<std::optional<Next>> read_body(ReceivedRequest& received);
  awaitable<Next> answer(ReceivedRequest& received, BodyReader* upload);
  awaitable<std::optional<Response>> ask_handler(ReceivedRequest& received, BodyReader* upload,
                                                 ChunkedStream& stream);
  awaitable<Next> end_stream(std::shared_ptr<ChunkedStream> stream,
                             const ReceivedRequest& received);
  awaitable<Next> serve_websocket(ReceivedRequest& received);
  awaitable<Next> talk(ReceivedRequest& received, std::string subprotocol);
  awaitable<Next> refuse(Response response, const ReceivedRequest& received);
  awaitable<Next> write_response(Response response, const ReceivedRequest& received, Next next);
  awaitable<void> discard_input();
  bool keeps_alive(const ReceivedRequest& received) const;
  void close_socket();

  // Constant after construction.
  const Strand strand_;
  Handler& handler_;
  const ServerOptions& options_;
  const std::string remote_address_;

  // Touched only on strand_.
  HttpTransport transport_;
  std::unique_ptr<BeastWebSocket> socket_;  ///< once upgraded; transport_ is then empty
  bool idle_ = true;                        ///< between requests: may be cut off without loss
  bool stopping_ = false;
  bool ended_ = false;
  Notifier end_;
  TaskGroup tasks_;
};

}  // namespace coditect::net
