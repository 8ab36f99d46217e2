#pragma once

#include <stop_token>

#include "agents/agent_host.h"
#include "agents/context_gauge.h"
#include "agents/loop_guard.h"
#include "agents/prompt_bound.h"
#include "agents/task_runner.h"
#include "tools/further_tools.h"
#include "tools/toolbox.h"

namespace coditect::agents {

/// Works on one task: asks the model, runs the tools that it calls, gives it the results, until it
/// is done. Everything it does is in the log before the next step begins, so that a task that was
/// interrupted goes on from there. What a call can cost at
/// most is reserved before it; where a budget has too little left, the loop waits for it there. A
/// model that fails in a way of its own is left, for the rest of the task, for the next of its
/// fallbacks. One that goes round in a circle is told so, and fails when it goes on.
/// A conversation that comes near the end of the model's window is made shorter. What a person says
/// meanwhile is part of the next call of the model.
///
/// Threads:  the workspace's strand.
/// Lifetime: host, model and tools outlive run().
/// Errors:   what a model or a tool answers becomes part of the task; the outcome says how it
/// ended.
///           Only a failing log ends the loop at once.
/// Stopping: `stop` closes the model's socket, kills a running command, and the outcome is
///           kCancelled. So it is where the task is to stand still, but a call of the model or of a
///           tool that is under way then comes to its end first.
class AgentLoop final : public TaskRunner {
 public:
  AgentLoop(AgentHost& host, AgentModel model, const tools::ToolBox& tools,
            std::vector<AgentModel> fallbacks = {});

  awaitable<Outcome> run(Assignment assignment, std::stop_token stop) override;

 private:
  class Listener;

  /// What an answer may have, thoughts included.
  static constexpr std::int64_t kOutputTokensMax = 32'000;

  providers::ModelRequest request_of(const tools::Caller& caller,
                                     const std::vector<providers::Turn>& turns) const;
  awaitable<Result<providers::ModelAnswer>> ask(const tools::Caller& caller,
                                                const std::vector<providers::Turn>& turns,
                                                std::stop_token stop,
                                                std::int64_t output_tokens = kOutputTokensMax);
  /// How much of the window is left.
  enum class Room {
    kLittle,  ///< the vendor still takes the conversation
    kNone,    ///< it does not
  };
  /// Tokens of the conversation's next prompt, as estimated.
  std::int64_t estimate(const tools::Caller& caller,
                        const std::vector<providers::Turn>& turns) const;
  /// Makes room where the next prompt comes near the end of the model's window.
  awaitable<Result<void>> keep_room(const tools::Caller& caller,
                                    std::vector<providers::Turn>& turns, std::stop_token stop);
  /// Makes the conversation at least a quarter shorter: old outputs of tools first, then the
  /// oldest turns become a summary that the model writes. Errc::kLimit where that is not enough;
  /// the conversation is unchanged then.
  awaitable<Result<void>> make_room(const tools::Caller& caller,
                                    std::vector<providers::Turn>& turns, Room room,
                                    std::stop_token stop);
  awaitable<Result<std::string>> summarise(const tools::Caller& caller,
                                           std::vector<providers::Turn> turns,
                                           std::stop_token stop);
  /// Moves to the next model, with an event that says so. False where there is none, or where it
  /// would fail in the same way.
  awaitable<Result<bool>> fail_over(const tools::Caller& caller,
                                    const providers::ProviderError& error);
  const AgentModel& model() const { return models_[model_at_]; }
  /// What was said before the task was interrupted, or how it begins.
  awaitable<Result<Remembered>> begin(const Assignment& assignment, const Instructions& rules);
  /// The model's next answer, or the one that is remembered and was not gone on from.
  awaitable<Result<providers::ModelAnswer>> answer(const tools::Caller& caller, Remembered& known,
                                                   std::stop_token stop);
  awaitable<Result<void>> record_turns(const tools::Caller& caller,
                                       std::vector<providers::Turn> turns, Conversation::Told told);
  /// Errc::kCancelled where the task ends here or is to stand still.
  Result<void> may_go_on(const tools::Caller& caller, const std::stop_token& stop) const;
  /// Takes up what people have said to the task, as a turn of the user.
  awaitable<Result<void>> hear(const tools::Caller& caller, std::vector<providers::Turn>& turns);
  /// Logs what was said, but for the first `known` texts, which the log has.
  awaitable<Result<void>> record_text(const tools::Caller& caller,
                                      const providers::ModelAnswer& answer, std::size_t known);
  /// Tells the model what holds in the folders that its calls were about, once for each.
  awaitable<Result<void>> tell_instructions(const tools::Caller& caller,
                                            const providers::ModelAnswer& answer,
                                            std::vector<providers::Turn>& turns);
  /// Tells the model what the workspace has to say: who waits for its locks, and which it has lost.
  awaitable<Result<void>> tell_notices(const tools::Caller& caller,
                                       std::vector<providers::Turn>& turns);
  /// Tells the model, and the log, that it goes round in a circle. An Error where it was told.
  awaitable<Result<void>> heed_circles(const tools::Caller& caller,
                                       std::vector<providers::Turn>& turns);
  awaitable<Result<providers::Turn>> run_tools(const tools::Caller& caller,
                                               const providers::ModelAnswer& answer,
                                               const std::vector<Remembered::Call>& known,
                                               std::stop_token stop);
  awaitable<Result<providers::ToolResult>> run_tool(const tools::Caller& caller,
                                                    const providers::ToolCall& call,
                                                    std::stop_token stop);

  AgentHost& host_;
  std::vector<AgentModel> models_;  // in the order in which they are tried
  const tools::ToolBox& tools_;
  // Of the run under way: ids of messages and tool calls are unique in the whole log.
  std::string id_prefix_;
  int steps_ = 0;
  PromptBound prompt_;
  tools::FurtherOffer further_;  ///< the same for the whole run, so that vendors can cache it
  std::string system_;           ///< the same for the whole task, so that vendors can cache it
  providers::Turn first_;        ///< what the task asks; stays when the rest is summed up
  ContextGauge gauge_;
  LoopGuard guard_;
  std::size_t model_at_ = 0;
};

}  // namespace coditect::agents
