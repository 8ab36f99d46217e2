// What the loop does with a model's calls of tools.
#include <chrono>
#include <optional>
#include <utility>

#include "agents/agent_loop.h"
#include "agents/prompt.h"
#include "tools/elapsed_note.h"
#include "tools/project_path.h"

namespace coditect::agents {

namespace {

using Clock = std::chrono::steady_clock;

}  // namespace

awaitable<Result<void>> AgentLoop::tell_instructions(const tools::Caller& caller,
                                                     const providers::ModelAnswer& answer,
                                                     std::vector<providers::Turn>& turns) {
  std::string text;
  for (const providers::Block& block : answer.turn.blocks) {
    const auto* call = std::get_if<providers::ToolCall>(&block);
    const auto asked = call == nullptr ? std::nullopt : find_string(call->input, "path");
    if (!asked) continue;
    const auto path = tools::project_path(*asked);
    if (!path) continue;  // the tool has refused it
    const Instructions rules = co_await host_.instructions(caller, *path);
    text += folder_instructions(rules);
  }
  if (text.empty()) co_return Result<void>{};
  // They hold on when the conversation is summed up.
  first_.blocks.push_back(providers::TextBlock{text, {}});
  turns.push_back(user_turn(std::move(text)));
  co_return co_await record_turns(caller, {turns.back()}, {});
}

awaitable<Result<void>> AgentLoop::tell_notices(const tools::Caller& caller,
                                                std::vector<providers::Turn>& turns) {
  std::string text = host_.notices(caller);
  if (text.empty()) co_return Result<void>{};
  turns.push_back(user_turn("The workspace says:\n" + text));
  co_return co_await record_turns(caller, {turns.back()}, {});
}

awaitable<Result<void>> AgentLoop::heed_circles(const tools::Caller& caller,
                                                std::vector<providers::Turn>& turns) {
  const std::optional<LoopGuard::Finding> found = guard_.end_of_answer();
  if (!found) co_return Result<void>{};
  const bool told = found->step == LoopGuard::Step::kTell;
  json::object data{{"agent", caller.agent},
                    {"shape", to_string(found->shape)},
                    {"what", found->what},
                    {"step", told ? "told" : "failed"}};
  CO_TRY_VOID(co_await host_.record(caller, "agent_looping", std::move(data)));
  if (!told) {
    co_return Error{Errc::kLimit, "the agent goes round in a circle: it " + found->what,
                    "say in the prompt what to do instead, or give the task to another agent"};
  }
  turns.push_back(user_turn(circle_notice(found->what)));
  co_return co_await record_turns(caller, {turns.back()}, {});
}

awaitable<Result<providers::Turn>> AgentLoop::run_tools(const tools::Caller& caller,
                                                        const providers::ModelAnswer& answer,
                                                        const std::vector<Remembered::Call>& known,
                                                        std::stop_token stop) {
  // All results of one turn go back in one message, in the order of the calls.
  providers::Turn results{providers::Role::kUser, {}};
  auto before = known.begin();
  for (const providers::Block& block : answer.turn.blocks) {
    const auto* call = std::get_if<providers::ToolCall>(&block);
    if (call == nullptr) continue;
    if (before != known.end()) {
      const Remembered::Call& made = *before++;
      if (!made.again) {
        results.blocks.push_back(providers::ToolResult{
            call->id, call->name, made.output,
            made.ok ? providers::ToolOutcome::kOk : providers::ToolOutcome::kError});
        continue;
      }
    }
    CO_TRY_VOID(may_go_on(caller, stop));
    CO_TRY(providers::ToolResult result, co_await run_tool(caller, *call, stop));
    results.blocks.push_back(std::move(result));
  }
  co_return results;
}

awaitable<Result<providers::ToolResult>> AgentLoop::run_tool(const tools::Caller& caller,
                                                             const providers::ToolCall& call,
                                                             std::stop_token stop) {
  // A vendor's own id may repeat within a task; the log's does not.
  const std::string id = "c_" + id_prefix_ + std::to_string(++steps_);
  json::object started{{"id", id},
                       {"agent", caller.agent},
                       {"tool", call.name},
                       {"phase", "started"},
                       {"input", call.input}};
  CO_TRY_VOID(co_await host_.record(caller, "tool_call", std::move(started)));
  const auto begin = Clock::now();
  tools::ToolOutcome outcome = co_await tools_.call(call.name, call.input, caller, host_, stop);
  if (!outcome.ok && stop.stop_requested() && host_.goes_on_later(caller)) {
    // The call was cut off, and the task goes on later: this is not what the model is told then.
    co_return Error{Errc::kCancelled, "cancelled", {}};
  }
  const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin);
  json::object finished{{"id", id},
                        {"agent", caller.agent},
                        {"tool", call.name},
                        {"phase", "finished"},
                        {"ok", outcome.ok},
                        {"output", outcome.output},
                        {"elapsed_ms", elapsed.count()}};
  if (const json::array* network = find_array(outcome.details, "network")) {
    finished["network"] = *network;
  }
  CO_TRY_VOID(co_await host_.record(caller, "tool_call", std::move(finished)));
  guard_.saw({call.name, call.input, tools::without_elapsed(outcome.output)});
  co_return providers::ToolResult{
      call.id, call.name, std::move(outcome.output),
      outcome.ok ? providers::ToolOutcome::kOk : providers::ToolOutcome::kError};
}

}  // namespace coditect::agents
