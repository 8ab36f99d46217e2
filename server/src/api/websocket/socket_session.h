#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "api/rpc/dispatcher.h"
#include "async/bounded_queue.h"
#include "async/task_group.h"
#include "net/web_socket.h"
#include "workspace/workspace.h"

namespace coditect::api {

/// One client on one workspace's WebSocket: answers its calls and, once it has attached, sends it
/// every event from where it left off.
///
/// Events are pulled from the log at the pace of the client, so a slow one costs no memory and
/// never misses any. One that asks for a pace hears less often and of more at once, which is less
/// work for both. Previews are pushed, and dropped when much is waiting to be sent.
///
/// Threads:    the socket's strand; it crosses to the workspace's strand for every call.
/// Lifetime:   shared; run() returns when the socket is closed and nothing of it runs any more.
/// Invariants: what the client sees of events has no gap and no repetition; an answer never claims
///             what is not durable.
class SocketSession : public std::enable_shared_from_this<SocketSession> {
 public:
  /// `socket` and `dispatcher` outlive run().
  SocketSession(net::WebSocket& socket, Dispatcher& dispatcher, WorkspaceId workspace,
                Caller caller);

  /// Talks until the socket is closed.
  static awaitable<void> run(std::shared_ptr<SocketSession> self);
  /// Ends it soon, for somebody who is let in no longer. Any thread.
  static void show_out(const std::weak_ptr<SocketSession>& session);
  /// From soon on its calls are those of somebody with `role`, and the client knows. Calls under
  /// way come to their end. Any thread.
  static void take_role(const std::weak_ptr<SocketSession>& session, Role role);
  /// Sends a notification. Any thread.
  static void hear(const std::weak_ptr<SocketSession>& session,
                   std::shared_ptr<const std::string> message);

 private:
  /// Where a client's events go on.
  struct Stream {
    std::shared_ptr<workspace::Workspace> workspace;
    Sequence after = 0;
    bool resync = false;                ///< the client's own state is void
    std::chrono::milliseconds pace{0};  ///< events come together, with so long between
  };
  struct Attached {
    json::object response;
    std::optional<Stream> stream;
  };
  struct Watching {
    std::uint64_t listener = 0;
    std::uint64_t preview = 0;
  };

  static awaitable<void> read_calls(std::shared_ptr<SocketSession> self);
  static awaitable<void> write_messages(std::shared_ptr<SocketSession> self);
  static awaitable<void> answer(std::shared_ptr<SocketSession> self, std::string text);
  static awaitable<void> stream_events(std::shared_ptr<SocketSession> self, Stream stream,
                                       std::uint64_t generation);
  awaitable<bool> send_events(const std::vector<workspace::LogLine>& lines, Stream& stream,
                              std::uint64_t generation);
  static awaitable<Watching> watch(std::weak_ptr<SocketSession> session, Strand strand,
                                   std::shared_ptr<workspace::Workspace> workspace, Caller caller);
  static awaitable<void> unwatch(std::shared_ptr<workspace::Workspace> workspace, Watching watching,
                                 std::uint64_t connection);
  awaitable<Attached> attach(const RpcCall& call);
  awaitable<void> begin_stream(Stream stream);
  static awaitable<void> show_role(std::shared_ptr<SocketSession> self);
  awaitable<void> detach();
  void send(std::string message);
  void send_responses(const json::array& responses, bool batch);
  void refuse(const std::string& text);

  net::WebSocket& socket_;
  Dispatcher& dispatcher_;
  const WorkspaceId workspace_id_;
  const Strand strand_;

  // Touched only on strand_.
  Caller caller_;  ///< only its role changes
  bool open_ = true;
  BoundedQueue<std::string> outbox_;
  std::shared_ptr<workspace::Workspace> attached_;
  Watching watching_;
  std::uint64_t generation_ = 0;  ///< a later attach ends the stream of an earlier one
  std::size_t calls_under_way_ = 0;
  bool progress_ = false;  ///< more events may be durable than were read
  std::stop_source gone_;  ///< requested when nobody is there any more to be answered
  Notifier wake_;
  Notifier room_;  ///< the outbox has become shorter
  TaskGroup tasks_;
};

}  // namespace coditect::api
