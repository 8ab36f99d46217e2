#pragma once

#include <stop_token>
#include <string>

#include "api/rpc/dispatcher.h"
#include "async/strand.h"
#include "base/json.h"
#include "base/result.h"
#include "coordination/approvals/mode.h"
#include "protocols/mcp/call.h"

// What participants do in a workspace. Everything here goes the way that the workspace's own agents
// and the JSON-RPC interface go.
namespace coditect::api {

/// A call of a tool by a participant.
struct ToolUse {
  WorkspaceId workspace;
  std::string participant;
  std::string name;
  json::object input;
  std::stop_token stop;
};

/// Calls one of the tools that agents have: the same rules, locks and versions, and a `tool_call`
/// in the log.
awaitable<json::object> use_agent_tool(Dispatcher& dispatcher, ToolUse use);

/// Calls a method, once the workspace's rules or a person allow what has this `effect`.
awaitable<json::object> use_method(Dispatcher& dispatcher, ToolUse use, std::string method,
                                   approvals::Effect effect);

/// A tool's result that says what went wrong and what to do.
json::object failed_result(const Error& error);
/// A tool's result with an object for programs, and as text for models.
json::object structured_result(json::value value);

}  // namespace coditect::api
