#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "async/strand.h"
#include "async/task_group.h"
#include "base/clock.h"
#include "net/http.h"
#include "protocols/mcp/features.h"
#include "protocols/mcp/message.h"
#include "protocols/mcp/request_state.h"
#include "protocols/mcp/session.h"

namespace coditect::mcp {

/// An MCP server without its wire: revisions, sessions, questions to clients, changes.
///
/// Threads:    accept(), listen(), finish() and close() on any executor; the rest, and Features,
///             on strand().
/// Lifetime:   features and clock outlive it. Await close() before destroying it.
/// Invariants: every request is answered once, or its client has left.
/// Errors:     become JSON-RPC errors.
class Server {
 public:
  struct Incoming {
    Message message;
    net::Headers headers;
    Mount mount;
  };
  /// What is to be sent: a stream, or at once a status and a body.
  struct Accepted {
    int status = 202;
    std::optional<json::object> body = {};
    std::string session = {};                  ///< that was opened
    std::shared_ptr<ReplyStream> stream = {};  ///< null where there is none
    bool primed = false;                       ///< the stream begins with a place to go on from
    std::uint64_t after = 0;                   ///< the client has this many of it
    std::function<void()> delivered = {};      ///< to be called on strand() at its end
  };

  Server(asio::any_io_executor executor, Features& features, const Clock& clock);
  ~Server();

  /// One message that a client has sent.
  awaitable<Accepted> accept(Incoming incoming);
  /// A legacy client listens, or comes back for the rest of an answer.
  awaitable<Accepted> listen(net::Headers headers, Mount mount);
  /// A legacy client ends its session.
  awaitable<Accepted> finish(net::Headers headers, Mount mount);
  /// Ends every stream and refuses what comes later. On return nothing of it runs.
  awaitable<void> close();

  const Strand& strand() const { return strand_; }

  // Changes that clients may want to hear of; on strand().
  void tools_changed() { tell_change("tools"); }
  void prompts_changed() { tell_change("prompts"); }
  void resources_changed() { tell_change("resources"); }
  void resource_updated(const std::string& uri);

 private:
  /// A modern client that hears of changes.
  struct Listener {
    json::value id;  ///< of its request
    Mount mount;
    json::object filter;
    std::shared_ptr<ReplyStream> stream;
  };
  struct Started {
    Request request;
    std::shared_ptr<Call> call;
    std::shared_ptr<ReplyStream> stream;
    std::shared_ptr<Session> session;  ///< null in the modern era
  };

  awaitable<Accepted> accept_on_strand(Incoming incoming);
  awaitable<Accepted> listen_on_strand(net::Headers headers, Mount mount);
  awaitable<Accepted> finish_on_strand(net::Headers headers, Mount mount);
  awaitable<void> close_on_strand();

  Accepted take_modern(Incoming& incoming, Request request);
  std::optional<Refusal> check_modern(const Incoming& incoming, const Request& request) const;
  Accepted start_modern(const Incoming& incoming, Request request);
  Result<Call::Parts> modern_parts(const Incoming& incoming, const Request& request) const;
  json::object discovered() const;
  Accepted subscribe(const Incoming& incoming, const Request& request);

  Accepted take_legacy(const Incoming& incoming, Request request);
  Accepted open_session(const Incoming& incoming, const Request& request);
  std::optional<Reply> answer_at_once(Session& session, const Request& request) const;
  Accepted start_legacy(std::shared_ptr<Session> session, Request request);
  Accepted take_notification(const Incoming& incoming, const Notification& notification);
  /// The session that the headers name, or the refusal.
  std::variant<std::shared_ptr<Session>, Accepted> session_of(const net::Headers& headers,
                                                              const Mount& mount);
  void sweep();

  awaitable<void> run(Started started);
  /// A reply as the client of that era expects it.
  std::string finished(const Started& started, Reply reply, int& status) const;
  json::object modern_result(const Started& started, json::object result) const;
  void tell_change(const std::string& what);
  json::object identity() const;

  const Strand strand_;
  Features& features_;
  const Clock& clock_;
  const RequestState states_;
  // Touched only on strand_.
  bool closed_ = false;
  std::map<std::string, std::shared_ptr<Session>, std::less<>> sessions_;
  std::vector<Listener> listeners_;
  std::set<std::shared_ptr<Call>> calls_;
  TaskGroup tasks_;
};

}  // namespace coditect::mcp
