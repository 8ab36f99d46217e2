#pragma once

#include <string>

#include "agents/agent_directory.h"
#include "api/mcp/tool_table.h"
#include "api/rpc/dispatcher.h"
#include "protocols/mcp/features.h"

namespace coditect::api {

/// Workspaces as MCP clients see them: tools, files and the log. A client is a participant: what
/// it does is done as `agent:NAME`, under the rules for agents, and in the log.
///
/// Threads:  the server's strand; it crosses to the workspace's for every call.
/// Lifetime: its parts outlive it.
/// Errors:   what a tool cannot do is a result with isError, so that a model can act on it.
class WorkspaceFeatures final : public mcp::Features {
 public:
  struct Parts {
    Dispatcher& dispatcher;
    const agents::AgentDirectory& agents;
    const tools::ToolBox& tools;
  };

  explicit WorkspaceFeatures(Parts parts);

  Identity identity() const override;
  json::object capabilities() const override;
  awaitable<mcp::Reply> answer(mcp::Call& call) override;

 private:
  awaitable<mcp::Reply> call_tool(mcp::Call& call, std::string participant);
  /// Lets the client know every few seconds that its call is still under way.
  static awaitable<void> report(mcp::Call& call);
  awaitable<mcp::Reply> list_workspaces();
  /// The workspace that a call is about; takes its argument away.
  awaitable<Result<WorkspaceId>> workspace_of(const mcp::Call& call, json::object& input);

  const Parts parts_;
  const ToolTable table_;
};

}  // namespace coditect::api
