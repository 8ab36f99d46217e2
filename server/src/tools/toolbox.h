#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "async/blocking_pool.h"
#include "async/strand.h"
#include "tools/tool_call.h"
#include "tools/tool_host.h"
#include "tools/tool_spec.h"

namespace coditect::tools {

/// The tools that agents may call.
///
/// Threads:  any; a call runs on its caller's executor, and commands on the pool's threads, one
///           for each command that runs.
/// Lifetime: the runner, the pool and the hosts outlive the calls.
/// Errors:   a call never throws and never fails: what went wrong is an outcome that is not ok and
///           says what to do.
class ToolBox {
 public:
  ToolBox(CommandRunner& commands, BlockingPool& pool);

  const std::vector<ToolSpec>& specs() const { return specs_; }

  /// Runs one tool. After `stop` it returns soon, with an outcome that is not ok. Cancelling the
  /// awaiting coroutine has no effect before the call's end, so that a command that was begun is
  /// always ended.
  awaitable<ToolOutcome> call(std::string name, json::object input, Caller caller, ToolHost& host,
                              std::stop_token stop) const;

  /// Runs a command of the server's own, confined as an agent's. What it must not do is the
  /// caller's matter: nobody is asked.
  awaitable<Result<CommandResult>> run(CommandSpec spec) const;

 private:
  awaitable<Result<ToolOutcome>> dispatch(std::string_view name, const ToolCall& call) const;
  /// One that is not built in.
  awaitable<Result<ToolOutcome>> dispatch_further(std::string_view name,
                                                  const ToolCall& call) const;

  CommandRunner& commands_;
  BlockingPool& pool_;
  const std::vector<ToolSpec> specs_;
};

/// An Error as the outcome of a call.
ToolOutcome failed_outcome(const Error& error);

}  // namespace coditect::tools
