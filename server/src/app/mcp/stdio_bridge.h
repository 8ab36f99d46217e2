#pragma once

#include <condition_variable>
#include <cstddef>
#include <list>
#include <mutex>
#include <string>
#include <thread>

#include "app/client/client.h"
#include "app/mcp/message_post.h"
#include "app/shell.h"
#include "protocols/mcp/message.h"

namespace coditect::app {

/// Speaks MCP on this process's own streams, one message a line, and hands every message to the
/// server by HTTP. It knows what the transports differ in, and nothing of what is said.
///
/// Threads:    run() on one; each request that is under way has a thread of its own.
/// Lifetime:   client and shell outlive it.
/// Invariants: every request is answered once, unless it was cancelled.
/// Errors:     become answers, so that the client's user sees them.
class StdioBridge {
 public:
  StdioBridge(const Client& client, Shell& shell, std::string target);

  /// Returns when the input has ended and what is under way is answered or was given up.
  Result<void> run();

 private:
  void take(const std::string& line);
  void start(mcp::Request request, std::string line);
  /// Sends one request and writes its answer.
  void carry(const mcp::Request& request, const std::string& line, MessagePost& post);
  Result<MessagePost::Answer> deliver(const mcp::Request& request, const std::string& line,
                                      MessagePost& post);
  /// What is not answered: a notification, or an answer to a question of the server.
  void pass_on(const std::string& line);
  void cancel(const mcp::Notification& notification);
  /// A session that the server has forgotten is opened again, as the client opened it.
  Result<void> open_again();
  net::Headers headers_for(const mcp::Request* request);
  void write(const std::string& line);
  void finish();

  /// A request under way, on its own thread.
  struct Carried {
    std::string id;  ///< of the request, as JSON
    MessagePost post;
    bool ended = false;
    std::thread thread = {};

    Carried(std::string request, const Client& client) : id(std::move(request)), post(client) {}
  };

  /// Joins the threads that have ended; called with mutex_ held.
  void reap();

  const Client& client_;
  Shell& shell_;
  const std::string target_;

  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  std::string session_;
  std::string revision_;    ///< of the session
  std::string initialize_;  ///< the message that opened it
  std::list<Carried> carried_;
  std::size_t under_way_ = 0;
  std::mutex output_;
};

}  // namespace coditect::app
