#include "agents/agent_loop.h"

#include <chrono>
#include <utility>

#include "agents/prompt.h"
#include "base/limits.h"

namespace coditect::agents {

namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kPreviewInterval = std::chrono::milliseconds(50);
constexpr int kContinuationsMax = 3;

Outcome failed(Error error) { return {Outcome::State::kFailed, {}, std::move(error)}; }

Outcome ended(const Error& error) {
  if (error.code == Errc::kCancelled) return {Outcome::State::kCancelled, {}, error};
  return failed(error);
}

std::string text_of(const providers::Turn& turn) {
  std::string text;
  for (const providers::Block& block : turn.blocks) {
    if (const auto* said = std::get_if<providers::TextBlock>(&block)) {
      if (!text.empty() && !said->text.empty()) text += "\n\n";
      text += said->text;
    }
  }
  return text;
}

bool has_calls(const providers::Turn& turn) {
  for (const providers::Block& block : turn.blocks) {
    if (std::holds_alternative<providers::ToolCall>(block)) return true;
  }
  return false;
}

providers::Turn user_turn(std::string text) {
  return {providers::Role::kUser, {providers::TextBlock{std::move(text), {}}}};
}

/// A generous guess of the prompt's size for the reservation: three bytes a token.
std::int64_t estimate_tokens(const providers::ModelRequest& request) {
  std::size_t bytes = request.system.size();
  for (const providers::ToolSpec& tool : request.tools) {
    bytes += tool.description.size() + 200;
  }
  for (const providers::Turn& turn : request.turns) {
    for (const providers::Block& block : turn.blocks) {
      if (const auto* text = std::get_if<providers::TextBlock>(&block)) bytes += text->text.size();
      if (const auto* result = std::get_if<providers::ToolResult>(&block)) {
        bytes += result->output.size();
      }
      if (const auto* call = std::get_if<providers::ToolCall>(&block)) {
        bytes += json::serialize(call->input).size();
      }
      bytes += 50;
    }
  }
  return static_cast<std::int64_t>(bytes / 3 + 1);
}

}  // namespace

/// Passes the model's words on as previews, at most one every kPreviewInterval, and logs retries.
class AgentLoop::Listener final : public providers::StreamListener {
 public:
  Listener(AgentHost& host, const tools::Caller& caller) : host_(host), caller_(caller) {}

  void on_text(std::string_view delta) override {
    text_ += delta;
    const auto now = Clock::now();
    if (now - shown_at_ < kPreviewInterval) return;
    shown_at_ = now;
    host_.preview(caller_, text_);
  }
  void on_tool_call(std::string_view, std::string_view) override {}
  void on_retry(const providers::Retry& retry) override {
    text_.clear();
    host_.preview(caller_, text_);
    host_.note_retry(caller_, retry.attempt, retry.delay, retry.error.to_error());
  }

 private:
  AgentHost& host_;
  const tools::Caller& caller_;
  std::string text_;
  Clock::time_point shown_at_{};
};

AgentLoop::AgentLoop(AgentHost& host, AgentModel model, const tools::ToolBox& tools)
    : host_(host), model_(std::move(model)), tools_(tools) {}

awaitable<Outcome> AgentLoop::run(Assignment assignment, std::stop_token stop) {
  const tools::Caller caller{assignment.agent, assignment.task};
  id_prefix_ = assignment.task.str() + "_" + std::to_string(assignment.attempt) + "_";
  const std::string context = co_await host_.shared_context(caller);
  std::vector<providers::Turn> turns{user_turn(task_prompt(assignment, context))};
  int continuations = 0;
  for (int turn = 0; turn < limits::kAgentTurnsMax; ++turn) {
    if (stop.stop_requested()) co_return ended({Errc::kCancelled, "cancelled", {}});
    host_.enter_state(caller, "executing", "asking the model");
    auto answer = co_await ask(caller, turns, stop);
    if (!answer) co_return ended(answer.error());
    auto recorded = co_await record_text(caller, *answer);
    if (!recorded) co_return ended(recorded.error());
    turns.push_back(answer->turn);
    if (has_calls(answer->turn)) {
      auto results = co_await run_tools(caller, *answer, stop);
      if (!results) co_return ended(results.error());
      turns.push_back(*std::move(results));
      continue;
    }
    switch (answer->stop) {
      case providers::StopReason::kEndTurn:
      case providers::StopReason::kToolUse:
      case providers::StopReason::kStopSequence:
        co_return Outcome{Outcome::State::kSucceeded, text_of(answer->turn), {}};
      case providers::StopReason::kPause: break;  // the same transcript again
      case providers::StopReason::kMaxTokens:
        if (++continuations > kContinuationsMax) {
          co_return failed({Errc::kLimit, "the model's answers were cut off again and again",
                            "ask for smaller steps"});
        }
        turns.push_back(user_turn("Your answer was cut off. Go on from where you stopped."));
        break;
      case providers::StopReason::kRefusal:
        co_return failed({Errc::kDenied, "the model refused: " + answer->stop_detail,
                          "put the task differently or give it to another agent"});
      case providers::StopReason::kContentFilter:
        co_return failed({Errc::kDenied,
                          "the vendor's content filter ended the answer: " + answer->stop_detail,
                          "put the task differently or give it to another agent"});
      case providers::StopReason::kContextExceeded:
        co_return failed({Errc::kLimit, "the conversation no longer fits the model's window",
                          "split the task, or give it to a model with a larger window"});
    }
  }
  co_return failed({Errc::kLimit,
                    "the task took " + std::to_string(limits::kAgentTurnsMax) + " model calls",
                    "split the task, or retry it to go on"});
}

awaitable<Result<providers::ModelAnswer>> AgentLoop::ask(const tools::Caller& caller,
                                                         const std::vector<providers::Turn>& turns,
                                                         std::stop_token stop) {
  providers::ModelRequest request;
  request.model = model_.model;
  request.system = system_prompt(caller.agent);
  request.turns = turns;
  request.cache_key = caller.task.str();
  for (const tools::ToolSpec& tool : tools_.specs()) {
    request.tools.push_back({tool.name, tool.description, tool.input_schema});
  }
  CO_TRY(std::uint64_t reservation,
         host_.reserve(caller, model_, estimate_tokens(request), request.max_output_tokens));
  Listener listener(host_, caller);
  auto answer = co_await model_.provider.call(std::move(request), listener, stop);
  auto billed = answer ? answer->billed : answer.error().billed;
  CO_TRY_VOID(co_await host_.settle(caller, model_, reservation, std::move(billed)));
  if (!answer) co_return answer.error().to_error();
  co_return *std::move(answer);
}

awaitable<Result<void>> AgentLoop::record_text(const tools::Caller& caller,
                                               const providers::ModelAnswer& answer) {
  std::string text = text_of(answer.turn);
  if (text.empty()) co_return Result<void>{};
  json::object data{{"id", "m_" + id_prefix_ + std::to_string(++steps_)},
                    {"from", "agent:" + caller.agent},
                    {"to", json::array{"user"}},
                    {"text", std::move(text)},
                    {"kind", "answer"}};
  CO_TRY_VOID(co_await host_.record(caller, "agent_message", std::move(data)));
  co_return Result<void>{};
}

awaitable<Result<providers::Turn>> AgentLoop::run_tools(const tools::Caller& caller,
                                                        const providers::ModelAnswer& answer,
                                                        std::stop_token stop) {
  // All results of one turn go back in one message, in the order of the calls.
  providers::Turn results{providers::Role::kUser, {}};
  for (const providers::Block& block : answer.turn.blocks) {
    const auto* call = std::get_if<providers::ToolCall>(&block);
    if (call == nullptr) continue;
    if (stop.stop_requested()) co_return Error{Errc::kCancelled, "cancelled", {}};
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
  const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin);
  json::object finished{{"id", id},
                        {"agent", caller.agent},
                        {"tool", call.name},
                        {"phase", "finished"},
                        {"ok", outcome.ok},
                        {"output", outcome.output},
                        {"elapsed_ms", elapsed.count()}};
  CO_TRY_VOID(co_await host_.record(caller, "tool_call", std::move(finished)));
  co_return providers::ToolResult{
      call.id, call.name, std::move(outcome.output),
      outcome.ok ? providers::ToolOutcome::kOk : providers::ToolOutcome::kError};
}

}  // namespace coditect::agents
