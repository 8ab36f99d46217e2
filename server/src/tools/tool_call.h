#pragma once

#include <stop_token>
#include <string>

#include "async/blocking_pool.h"
#include "async/strand.h"
#include "base/json.h"
#include "base/result.h"
#include "tools/sandbox/command.h"
#include "tools/tool_host.h"

namespace coditect::tools {

/// What a model, the log and the studio see of a call.
struct ToolOutcome {
  bool ok = false;
  std::string output;    ///< for the model; valid UTF-8, bounded
  json::object details;  ///< for programs; with `error` {kind, message, hint} when it failed
};

/// One call on its way through a tool. The input has been checked against the tool's schema.
///
/// Lifetime: what it refers to outlives the call.
struct ToolCall {
  const json::object& input;
  const Caller& caller;
  ToolHost& host;
  CommandRunner& commands;
  BlockingPool& pool;
  std::stop_token stop;
};

// The tools, by the names under which models call them. What a tool cannot do is an Error; a
// command that fails is an outcome.
awaitable<Result<ToolOutcome>> list_files(const ToolCall& call);
awaitable<Result<ToolOutcome>> read_file(const ToolCall& call);
awaitable<Result<ToolOutcome>> write_file(const ToolCall& call);
awaitable<Result<ToolOutcome>> edit_file(const ToolCall& call);
awaitable<Result<ToolOutcome>> lock_files(const ToolCall& call);
awaitable<Result<ToolOutcome>> unlock_files(const ToolCall& call);
awaitable<Result<ToolOutcome>> search(const ToolCall& call);
awaitable<Result<ToolOutcome>> run_command(const ToolCall& call);
awaitable<Result<ToolOutcome>> git(const ToolCall& call);
awaitable<Result<ToolOutcome>> read_output(const ToolCall& call);
awaitable<Result<ToolOutcome>> send_message(const ToolCall& call);
awaitable<Result<ToolOutcome>> read_messages(const ToolCall& call);
awaitable<Result<ToolOutcome>> delegate_task(const ToolCall& call);

/// Runs `spec` on a pool thread. Never throws what the runner or `on_output` throws: that is
/// Errc::kInternal.
awaitable<Result<CommandResult>> run_blocking(const ToolCall& call, CommandSpec spec);

}  // namespace coditect::tools
