#pragma once

#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "api/people/caller.h"
#include "async/strand.h"
#include "base/json.h"
#include "base/result.h"
#include "workspace/workspace.h"

namespace coditect::api {

/// A call of a method, on the workspace's strand.
struct MethodCall {
  workspace::Workspace& workspace;
  workspace::Actor actor;
  json::object params;        ///< checked against the method's parameters
  Caller caller;              ///< may do this: the method's least role was asked before
  std::stop_token gone = {};  ///< whoever called waits no longer: its connection is closed
};

/// Runs on the workspace's strand. A function, not a lambda with captures: its state travels in the
/// call.
using MethodHandler = awaitable<Result<json::value>> (*)(MethodCall call);

/// A handler whose answer shows the workspace's state: it is given once everything that it shows is
/// durable, as events are, so that nobody sees what a crash takes back.
template <MethodHandler handler>
awaitable<Result<json::value>> once_durable(MethodCall call) {
  workspace::Workspace& workspace = call.workspace;
  auto answer = co_await handler(std::move(call));
  if (answer) CO_TRY_VOID(co_await workspace.log().durable(workspace.state().seq));
  co_return answer;
}

/// A parameter of a method, passed by name.
struct Parameter {
  enum class Need { kRequired, kOptional };
  std::string_view name;
  std::string_view type;  ///< JSON Schema: "string", "integer", "number", "array", "object", "any"
  Need need = Need::kRequired;
  std::string_view description;
};

inline constexpr auto kRequired = Parameter::Need::kRequired;
inline constexpr auto kOptional = Parameter::Need::kOptional;

struct Method {
  std::string_view name;  ///< "files.read"
  std::string_view summary;
  std::vector<Parameter> parameters;
  std::string_view result;  ///< in words, with the members' names
  MethodHandler handler = nullptr;
  Role role = Role::kOwner;  ///< the least that may call it; set from method_roles.h
};

/// Every JSON-RPC method: what it takes is checked here, and /openrpc.json is made from here, so
/// that the document and the handlers cannot differ.
///
/// Threads: any; constant after construction.
class MethodTable {
 public:
  MethodTable();

  /// Null where there is no such method.
  const Method* find(std::string_view name) const;
  const std::map<std::string_view, Method>& methods() const { return methods_; }
  /// The OpenRPC 1.3 document.
  json::object openrpc() const;

 private:
  void add(std::vector<Method> methods);

  std::map<std::string_view, Method> methods_;
};

/// kInvalid for a missing parameter, one of another type, or one that the method does not have: a
/// misspelt optional parameter would otherwise be ignored in silence.
Result<void> check_parameters(const Method& method, const json::object& params);

/// The answer of what brings files back.
json::object restored_json(const workspace::Checkpoints::Restored& restored);

// The namespaces, one file each.
std::vector<Method> workspace_methods();
std::vector<Method> agent_methods();
std::vector<Method> task_methods();
std::vector<Method> undo_methods();
std::vector<Method> worktree_methods();
std::vector<Method> task_group_methods();
std::vector<Method> message_methods();
std::vector<Method> approval_methods();
std::vector<Method> instruction_methods();
std::vector<Method> secret_methods();
std::vector<Method> mcp_methods();
std::vector<Method> file_methods();
std::vector<Method> lock_methods();
std::vector<Method> sql_methods();
std::vector<Method> timeline_methods();
std::vector<Method> checkpoint_methods();
std::vector<Method> cost_methods();
std::vector<Method> search_methods();
std::vector<Method> terminal_methods();
std::vector<Method> presence_methods();
std::vector<Method> document_methods();

}  // namespace coditect::api
