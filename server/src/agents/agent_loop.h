#pragma once

#include <stop_token>

#include "agents/agent_host.h"
#include "agents/prompt_bound.h"
#include "tools/toolbox.h"

namespace coditect::agents {

/// Works on one task: asks the model, runs the tools that it calls, gives it the results, until it
/// is done. Everything it does is in the log before the next step begins. What a call can cost at
/// most is reserved before it; where a budget has too little left, the loop waits for it there.
///
/// Threads:  the workspace's strand.
/// Lifetime: host, model and tools outlive run().
/// Errors:   what a model or a tool answers becomes part of the task; the outcome says how it
/// ended.
///           Only a failing log ends the loop at once.
/// Stopping: `stop` closes the model's socket, kills a running command, and the outcome is
///           kCancelled.
class AgentLoop {
 public:
  AgentLoop(AgentHost& host, AgentModel model, const tools::ToolBox& tools);

  awaitable<Outcome> run(Assignment assignment, std::stop_token stop);

 private:
  class Listener;

  providers::ModelRequest request_of(const tools::Caller& caller,
                                     const std::vector<providers::Turn>& turns) const;
  awaitable<Result<providers::ModelAnswer>> ask(const tools::Caller& caller,
                                                const std::vector<providers::Turn>& turns,
                                                std::stop_token stop);
  awaitable<Result<void>> record_text(const tools::Caller& caller,
                                      const providers::ModelAnswer& answer);
  awaitable<Result<providers::Turn>> run_tools(const tools::Caller& caller,
                                               const providers::ModelAnswer& answer,
                                               std::stop_token stop);
  awaitable<Result<providers::ToolResult>> run_tool(const tools::Caller& caller,
                                                    const providers::ToolCall& call,
                                                    std::stop_token stop);

  AgentHost& host_;
  const AgentModel model_;
  const tools::ToolBox& tools_;
  // Of the run under way: ids of messages and tool calls are unique in the whole log.
  std::string id_prefix_;
  int steps_ = 0;
  PromptBound prompt_;
};

}  // namespace coditect::agents
