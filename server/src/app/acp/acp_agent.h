#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <variant>

#include "app/acp/acp_session.h"
#include "app/acp/workspace_log.h"
#include "app/client/client.h"
#include "app/client/event_feed.h"
#include "app/shell.h"
#include "protocols/mcp/message.h"

namespace coditect::app {

/// An agent of a workspace as an editor sees it: the Agent Client Protocol, version 1, on this
/// process's own streams. A prompt becomes a task; what the log says of it goes back to the editor,
/// and the editor's answers to questions become answers in the workspace.
///
/// Threads:    run() on one; it has another that reads the log as it grows.
/// Lifetime:   client and shell outlive it.
/// Invariants: each session/prompt is answered once; nothing is shown that is not in the log, but
///             for what a model is just writing.
/// Errors:     become answers, so that the editor shows them. A server that is gone for good ends
///             run().
class AcpAgent {
 public:
  struct Parts {
    const Client& client;
    Shell& shell;
    std::string workspace;
    std::string agent;
  };

  explicit AcpAgent(Parts parts);

  /// Returns when the editor has closed the input; what is under way then is cancelled.
  Result<void> run();

 private:
  using Answer = std::variant<json::object, mcp::Refusal>;
  /// A question that the editor shows.
  struct Asked {
    std::string session;
    std::string approval;
    bool lock = false;
  };

  // On the thread of run().
  void take(const std::string& line);
  void answer(const mcp::Request& request);
  Answer initialize(const json::object& params);
  Answer new_session(const json::object& params);
  Answer load_session(const json::object& params);
  Answer list_sessions(const json::object& params);
  Answer set_mode(const json::object& params);
  /// Nothing where the answer comes once the task has ended.
  std::optional<Answer> prompt(const mcp::Request& request);
  void take_notification(const mcp::Notification& notification);
  void take_answer(const mcp::Response& response);
  void cancel(AcpSession& session);
  void cancel_all();
  Result<json::object> call(std::string_view method, json::object params) const;
  Answer modes_of(json::object answer) const;

  // On the thread that reads the log.
  void follow_log();
  void follow(const json::object& event);
  void follow_preview(const json::object& note);
  void follow_tool(AcpSession& session, const json::object& event);
  void follow_edit(AcpSession& session, const json::object& event);
  void follow_approval(AcpSession& session, const json::object& event);
  void finish(AcpSession& session, const json::object& data);

  AcpSession* session_of_task(const std::string& task);
  void replay(const std::string& session, const std::string& folder, const json::object& event);
  void update(const std::string& session, json::object update);
  void write(const json::object& message);

  const Parts parts_;
  const WorkspaceLog log_;
  std::unique_ptr<EventFeed> feed_;

  std::mutex mutex_;
  // Guarded by mutex_.
  std::map<std::string, AcpSession, std::less<>> sessions_;
  std::map<std::string, Asked> asked_;  // by our request's id
  std::uint64_t last_question_ = 0;
  std::optional<Error> lost_;
  std::mutex output_;
};

}  // namespace coditect::app
