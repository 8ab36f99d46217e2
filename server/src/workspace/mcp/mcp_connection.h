#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "async/blocking_pool.h"
#include "async/notifier.h"
#include "async/task_group.h"
#include "protocols/mcp/client/authorizer.h"
#include "protocols/mcp/client/client.h"
#include "tools/sandbox/piped_process.h"
#include "tools/sandbox/secret.h"
#include "workspace/mcp/mcp_server.h"
#include "workspace/mcp/mcp_settings.h"
#include "workspace/secrets/secret_store.h"

namespace coditect::workspace {

class StdioTransport;

/// What a workspace is connected to one server by: started when it is needed, kept, and begun anew,
/// ever more seldom, where it fails.
///
/// Threads:    one strand.
/// Lifetime:   its parts outlive it. Await close() before destroying it.
/// Invariants: nobody waits for a server longer than he says.
/// Errors:     as a person or a model can act on them.
class McpConnection {
 public:
  struct Parts {
    tools::PipedLauncher* launcher = nullptr;  ///< null: no program can be started
    BlockingPool& pool;
    const McpSettings* settings = nullptr;
    std::filesystem::path project;
    std::filesystem::path home;
    const SecretStore* secrets = nullptr;  ///< null: there are none
    WorkspaceId workspace;
    std::shared_ptr<mcp::Authorizer> authorizer = {};  ///< of a server with a URL; null: none
  };
  enum class State { kIdle, kStarting, kReady, kFailed };

  McpConnection(const Strand& strand, Parts parts, std::string name, McpServer server);
  ~McpConnection();

  const McpServer& server() const { return server_; }
  State state() const;
  /// Why it failed last; only of kFailed.
  Error error() const;
  /// What it offers, by the names under which agents see it. Kept while it is not there.
  const std::map<std::string, mcp::Tool>& tools() const { return tools_; }
  const std::vector<std::string>& left_out() const { return left_out_; }
  /// {protocol, name, version} of the server; empty before it was reached.
  json::object about() const;

  /// Begins to start it where it is not there, and to look at its tools anew where they may have
  /// changed.
  void want();
  /// Waits until it is there, at most until `deadline` or `stop`.
  awaitable<Result<void>> ready(std::chrono::steady_clock::time_point deadline,
                                std::stop_token stop);
  awaitable<Result<mcp::ToolResult>> call(mcp::Tool tool, json::object arguments,
                                          std::stop_token stop);
  /// Forgets that it failed: something has changed that may help.
  void try_again();
  awaitable<void> close();

 private:
  awaitable<Result<mcp::ToolResult>> call_once(const mcp::Tool& tool, json::object arguments,
                                               std::stop_token stop);
  awaitable<void> work();
  awaitable<Result<void>> connect();
  awaitable<Result<std::unique_ptr<mcp::Transport>>> open(const std::vector<tools::Secret>& values);
  Result<std::unique_ptr<mcp::Transport>> open_http(const std::vector<tools::Secret>& values);
  awaitable<Result<void>> list();
  /// The values of the secrets that the server is given.
  awaitable<Result<std::vector<tools::Secret>>> secrets() const;
  /// Ends the connection and the calls under way.
  awaitable<void> drop();
  /// What the server says, without anything secret that it was given.
  awaitable<std::string> masked(std::string text) const;
  awaitable<Error> masked(Error error) const;
  void failed(Error error);
  bool broken() const;
  bool stale() const;
  void log(const std::string& line);

  // Constant after construction.
  const Strand strand_;
  const Parts parts_;
  const std::string name_;
  const McpServer server_;
  // Touched only on strand_.
  std::unique_ptr<mcp::Client> client_;
  std::unique_ptr<mcp::Transport> transport_;
  StdioTransport* program_ = nullptr;  ///< the transport, where it is one
  bool connected_ = false;
  bool working_ = false;
  bool closing_ = false;
  Error error_;
  std::map<std::string, mcp::Tool> tools_;
  std::vector<std::string> left_out_;
  std::vector<tools::Secret> masked_;  ///< what it was given
  std::chrono::steady_clock::time_point listed_{};
  std::chrono::steady_clock::time_point next_try_{};
  std::chrono::seconds back_off_{0};
  mcp::Era first_ = mcp::Era::kModern;
  std::size_t logged_ = 0;
  std::size_t calls_ = 0;
  std::stop_source stop_;  ///< of what goes through the connection
  std::shared_ptr<Notifier> changed_;
  TaskGroup tasks_;
};

}  // namespace coditect::workspace
