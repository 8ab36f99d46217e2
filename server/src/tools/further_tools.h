#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "async/strand.h"
#include "base/json.h"
#include "coordination/approvals/mode.h"
#include "tools/tool_call.h"
#include "tools/tool_spec.h"

namespace coditect::tools {

/// What a task is offered beside the built-in tools.
struct FurtherOffer {
  std::vector<ToolSpec> specs;  ///< sorted by name, so that prompts stay the same for caches
  std::string note;             ///< for the model: what is not there, and why; "" for nothing
};

/// Tools that are no part of the server: those of the servers that a workspace is connected to.
///
/// Threads:  the caller's executor.
/// Lifetime: outlives the calls.
/// Errors:   a call never throws; what went wrong is an Error that a model can act on.
class FurtherTools {
 public:
  virtual ~FurtherTools() = default;
  /// What the caller's task may call while it runs. Waits a short time for what is not there yet.
  virtual awaitable<FurtherOffer> offer(Caller caller, std::stop_token stop) = 0;
  /// What a call of the tool does; nothing where there is no such tool.
  virtual std::optional<approvals::Effect> effect_of(std::string_view name) const = 0;
  /// Runs one that was allowed. Returns soon after `stop`.
  virtual awaitable<Result<ToolOutcome>> call(Caller caller, std::string name, json::object input,
                                              std::stop_token stop) = 0;
};

}  // namespace coditect::tools
