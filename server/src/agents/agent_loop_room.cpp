// How the loop keeps its conversation within the model's window.
#include <utility>

#include "agents/agent_loop.h"
#include "agents/answer_text.h"
#include "agents/compaction.h"
#include "agents/compaction_limits.h"
#include "providers/model_window.h"
#include "providers/request_bytes.h"

namespace coditect::agents {

namespace {

/// A task, one answer and what came of it: with less there is nothing to leave out.
constexpr std::size_t kTurnsMin = 3;

Error no_room(const std::string& why) {
  return {Errc::kLimit, "the conversation no longer fits the model's window: " + why,
          "split the task, or give it to a model with a larger window"};
}

}  // namespace

std::int64_t AgentLoop::estimate(const tools::Caller& caller,
                                 const std::vector<providers::Turn>& turns) const {
  return gauge_.estimate(providers::request_bytes(request_of(caller, turns)));
}

awaitable<Result<void>> AgentLoop::keep_room(const tools::Caller& caller,
                                             std::vector<providers::Turn>& turns,
                                             std::stop_token stop) {
  if (turns.size() < kTurnsMin) co_return Result<void>{};
  const std::int64_t window = providers::window_tokens(model().model);
  const bool near = ContextGauge::is_near(estimate(caller, turns), kOutputTokensMax, window);
  if (!near) co_return Result<void>{};
  co_return co_await make_room(caller, turns, Room::kLittle, std::move(stop));
}

awaitable<Result<void>> AgentLoop::make_room(const tools::Caller& caller,
                                             std::vector<providers::Turn>& turns, Room room,
                                             std::stop_token stop) {
  if (turns.size() < kTurnsMin) co_return no_room("there is nothing to leave out");
  if (gauge_.is_stuck()) co_return no_room("compacting it did not make it much shorter");
  const std::int64_t before = estimate(caller, turns);
  std::vector<providers::Turn> shorter = turns;
  shorten_outputs(shorter);
  std::int64_t after = estimate(caller, shorter);
  json::object data{{"agent", caller.agent}, {"before", before}};
  if (!ContextGauge::is_enough(before, after)) {
    std::size_t kept_bytes = limits::kTailBytesMax;
    // What the vendor still takes is summed up whole, and mostly comes from its cache. Otherwise
    // the older half, which it takes.
    const std::int64_t room_tokens = providers::window_tokens(model().model) - before;
    const bool whole = room == Room::kLittle && room_tokens >= limits::kSummaryTokensMax;
    if (!whole) {
      kept_bytes = 0;
      for (const providers::Turn& turn : shorter) kept_bytes += turn_bytes(turn);
      kept_bytes /= 2;
    }
    const std::size_t tail = tail_begin(shorter, kept_bytes);
    std::vector<providers::Turn> told = whole ? turns : shorter;
    if (!whole) told.resize(tail);
    CO_TRY(std::string summary, co_await summarise(caller, std::move(told), std::move(stop)));
    shorter = with_summary(first_, shorter, tail, summary);
    after = estimate(caller, shorter);
    if (!ContextGauge::is_enough(before, after)) {
      co_return no_room("a summary made it only from about " + std::to_string(before) +
                        " to about " + std::to_string(after) + " tokens");
    }
    data["summary"] = std::move(summary);
  }
  data["after"] = after;
  CO_TRY_VOID(co_await host_.record(caller, "context_compacted", std::move(data)));
  turns = std::move(shorter);
  gauge_.compacted(before);
  prompt_ = {};  // what the vendor has counted is no longer the beginning of the prompt
  co_return co_await record_turns(caller, turns, {.begins = true});
}

awaitable<Result<std::string>> AgentLoop::summarise(const tools::Caller& caller,
                                                    std::vector<providers::Turn> turns,
                                                    std::stop_token stop) {
  turns.push_back({providers::Role::kUser, {providers::TextBlock{summary_request(), {}}}});
  CO_TRY(const providers::ModelAnswer answer,
         co_await ask(caller, turns, std::move(stop), limits::kSummaryTokensMax));
  host_.preview(caller, "");  // it is no message
  if (answer.stop == providers::StopReason::kContextExceeded) {
    co_return no_room("the model could not sum it up any more");
  }
  std::string summary = joined_text(answer.turn);
  if (summary.empty()) co_return no_room("the model wrote no summary of it");
  co_return summary;
}

}  // namespace coditect::agents
