#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "async/blocking_pool.h"
#include "async/task_group.h"
#include "base/event.h"
#include "tools/further_tools.h"
#include "workspace/log/event_log.h"
#include "workspace/mcp/mcp_connection.h"
#include "workspace/mcp/mcp_sign_in.h"
#include "workspace/state/mcp_book.h"

namespace coditect::workspace {

/// The MCP servers of a workspace: connects to them when somebody needs them, and offers agents
/// their tools.
///
/// Threads:    the workspace's strand.
/// Lifetime:   its parts outlive it. Await close() before destroying it.
/// Invariants: a server is started because a person has configured it, never because a file of the
///             project names it.
/// Errors:     a server that is not there costs a task a short wait, and is told of.
class McpService final : public tools::FurtherTools {
 public:
  struct Parts {
    EventLog& log;
    const McpBook& book;
    BlockingPool& disk;
    tools::PipedLauncher* launcher = nullptr;
    SecretStore* secrets = nullptr;
    const McpSettings* settings = nullptr;
    WorkspaceId workspace;
    std::filesystem::path project;
    std::filesystem::path homes;  ///< a folder for each server that is a program
    const Clock& clock;
  };

  McpService(const Strand& strand, Parts parts);
  ~McpService() override;

  /// Hears every event after it was applied: a server that changed, or a secret of one.
  void after_apply(const Event& event);

  /// Connects where that is not done, and waits for it as long as a start may take.
  awaitable<Result<void>> connect(std::string name);
  /// Begins to sign in to a server: {url, expires_at}, for a person's browser.
  awaitable<Result<json::value>> authorize(std::string name, std::string actor);
  /// Ends a sign-in with what the browser brought back; the server's name.
  awaitable<Result<std::string>> signed_in(mcp::oauth::Returned returned);
  /// Forgets the tokens of a server.
  awaitable<Result<void>> sign_out(std::string name);
  /// {servers: [...]}: how each is configured and what is known of it.
  json::object list() const;
  json::object row(const std::string& name) const;
  awaitable<void> close();

  // tools::FurtherTools
  awaitable<tools::FurtherOffer> offer(tools::Caller caller, std::stop_token stop) override;
  std::optional<approvals::Effect> effect_of(std::string_view name) const override;
  awaitable<Result<tools::ToolOutcome>> call(tools::Caller caller, std::string name,
                                             json::object input, std::stop_token stop) override;

 private:
  /// The connection to a server, made where there is none; null where none is configured.
  std::shared_ptr<McpConnection> connection(const std::string& name);
  std::shared_ptr<McpConnection> known(const std::string& name) const;
  void forget(const std::string& name);
  std::shared_ptr<McpSignIn> sign_in(const std::string& name, const McpServer& server);
  static awaitable<void> end(std::shared_ptr<McpConnection> connection);
  std::vector<tools::ToolSpec> specs(std::string& note) const;

  const Strand strand_;
  const Parts parts_;
  // Touched only on strand_.
  std::map<std::string, std::shared_ptr<McpConnection>, std::less<>> connections_;  // by server
  std::map<std::string, std::shared_ptr<McpSignIn>, std::less<>> sign_ins_;         // by server
  bool closing_ = false;
  TaskGroup endings_;
};

/// The server that a tool's name begins with; "" for none. Pure.
std::string_view server_of_tool(std::string_view name);

}  // namespace coditect::workspace
