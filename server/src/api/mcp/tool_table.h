#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "api/rpc/method_table.h"
#include "base/json.h"
#include "tools/tool_spec.h"

namespace coditect::api {

/// A tool that is offered to clients from outside: one that agents have too, or a method of the
/// JSON-RPC interface under a name that models understand.
struct OfferedTool {
  enum class Kind { kAgentTool, kMethod };
  /// What it does to the workspace, as clients are told.
  enum class Effect {
    kReads,
    kAdds,   ///< something that takes nothing away: a message, a lock, a checkpoint
    kEdits,  ///< files
    kActs,   ///< in another way; rules and people are asked
  };

  std::string name;
  std::string description;
  Kind kind = Kind::kAgentTool;
  Effect effect = Effect::kReads;
  std::string method;  ///< of the interface; "" for an agent's tool
  json::object input_schema;
};

/// Every tool that is offered. Commands are not among them: whoever comes from outside has a shell
/// of its own, and the server's is for its agents' tasks.
///
/// Threads: any; constant after construction.
class ToolTable {
 public:
  /// Whether a tool has to be told which workspace it is about.
  enum class Scope { kOneWorkspace, kAnyWorkspace };

  ToolTable(const std::vector<tools::ToolSpec>& specs, const MethodTable& methods);

  /// Null where there is no such tool.
  const OfferedTool* find(std::string_view name) const;
  /// The members of tools/list.
  json::array listed(Scope scope) const;

 private:
  std::vector<OfferedTool> tools_;
};

/// The tool that only clients of all workspaces have.
inline constexpr std::string_view kListWorkspaces = "list_workspaces";

}  // namespace coditect::api
