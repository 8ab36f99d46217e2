#include "agents/agent_loop.h"

#include <chrono>
#include <optional>
#include <utility>

#include "agents/answer_text.h"
#include "agents/compaction.h"
#include "agents/images.h"
#include "agents/prompt.h"
#include "base/limits.h"
#include "providers/request_bytes.h"

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

bool has_calls(const providers::Turn& turn) {
  for (const providers::Block& block : turn.blocks) {
    if (std::holds_alternative<providers::ToolCall>(block)) return true;
  }
  return false;
}

/// How an answer that calls no tool ends the task; nothing where the task goes on.
std::optional<Outcome> end_of(const providers::ModelAnswer& answer) {
  switch (answer.stop) {
    case providers::StopReason::kEndTurn:
    case providers::StopReason::kToolUse:
    case providers::StopReason::kStopSequence:
      return Outcome{Outcome::State::kSucceeded, joined_text(answer.turn), {}};
    case providers::StopReason::kPause:
    case providers::StopReason::kMaxTokens: return std::nullopt;
    case providers::StopReason::kRefusal:
      return failed({Errc::kDenied, "the model refused: " + answer.stop_detail,
                     "put the task differently or give it to another agent"});
    case providers::StopReason::kContentFilter:
      return failed({Errc::kDenied,
                     "the vendor's content filter ended the answer: " + answer.stop_detail,
                     "put the task differently or give it to another agent"});
    case providers::StopReason::kContextExceeded: break;
  }
  return std::nullopt;
}

}  // namespace

/// Passes the model's words on as previews, at most one every kPreviewInterval, and logs retries.
/// Stops the call before a further request for which no money is left.
class AgentLoop::Listener final : public providers::StreamListener {
 public:
  Listener(AgentHost& host, const tools::Caller& caller, const AgentModel& model,
           const Reserved& reserved, std::stop_source& call)
      : host_(host), caller_(caller), model_(model), reserved_(reserved), call_(call) {}

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
    host_.note_retry(caller_, model_, retry.attempt, retry.delay, retry.error.to_error());
    // What a refused request did not cost is there for the next one.
    if (!retry.error.may_be_billed()) return;
    ++unheard_;
    reserve_more();
  }
  void on_wait(const providers::Wait& wait) override {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait.length).count();
    host_.enter_state(caller_, "waiting",
                      wait.reason + ", about " + std::to_string(seconds) + " s");
  }
  void on_resume() override { host_.enter_state(caller_, "executing", "asking the model"); }
  void on_continuation() override { reserve_more(); }

  bool out_of_money() const { return out_of_money_; }
  int unheard() const { return unheard_; }

 private:
  void reserve_more() {
    if (host_.reserve_more(caller_, reserved_)) return;
    out_of_money_ = true;
    call_.request_stop();
  }

  AgentHost& host_;
  const tools::Caller& caller_;
  const AgentModel& model_;
  const Reserved& reserved_;
  std::stop_source& call_;
  std::string text_;
  Clock::time_point shown_at_{};
  int unheard_ = 0;
  bool out_of_money_ = false;
};

AgentLoop::AgentLoop(AgentHost& host, AgentModel model, const tools::ToolBox& tools,
                     std::vector<AgentModel> fallbacks)
    : host_(host), models_{std::move(model)}, tools_(tools) {
  for (AgentModel& fallback : fallbacks) models_.push_back(std::move(fallback));
}

awaitable<Outcome> AgentLoop::run(Assignment assignment, std::stop_token stop) {
  const tools::Caller caller{assignment.agent, assignment.task};
  prompt_ = {};
  gauge_ = {};
  guard_ = {};
  id_prefix_ = assignment.task.str() + "_" + std::to_string(assignment.attempt) + "_";
  const Instructions rules = co_await host_.instructions(caller, "");
  system_ = system_prompt(caller.agent, assignment.role, rules.trusted);
  if (tools::FurtherTools* further = host_.further_tools()) {
    further_ = co_await further->offer(caller, stop);
  }
  auto known = co_await begin(assignment, rules);
  if (!known) co_return ended(known.error());
  std::vector<providers::Turn>& turns = known->turns;
  const auto shown = co_await fetch_images(host_, caller, turns);
  if (!shown) co_return ended(shown.error());
  first_ = without_summary(turns.front());
  int continuations = 0;
  for (int turn = 0; turn < limits::kAgentTurnsMax; ++turn) {
    const auto going_on = may_go_on(caller, stop);
    if (!going_on) co_return ended(going_on.error());
    // Results of an answer that is remembered come before anything else that is said.
    const auto heard = known->answer ? Result<void>{} : co_await hear(caller, turns);
    if (!heard) co_return ended(heard.error());
    auto said = co_await answer(caller, *known, stop);
    if (!said) co_return ended(said.error());
    if (said->stop == providers::StopReason::kContextExceeded) {
      // Half an answer is not part of the conversation: it is asked for again.
      auto made = co_await make_room(caller, turns, Room::kNone, stop);
      if (!made) co_return ended(made.error());
      continue;
    }
    turns.push_back(said->turn);
    const auto calls = std::exchange(known->calls, {});
    known->answer.reset();
    known->messages = 0;
    if (has_calls(said->turn)) {
      auto results = co_await run_tools(caller, *said, calls, stop);
      if (!results) co_return ended(results.error());
      turns.push_back(*std::move(results));
      auto told = co_await tell_instructions(caller, *said, turns);
      if (told) told = co_await tell_notices(caller, turns);
      if (!told) co_return ended(told.error());
    } else if (auto outcome = end_of(*said)) {
      const bool done = outcome->state != Outcome::State::kSucceeded;
      if (done || host_.steering(caller).empty()) co_return *std::move(outcome);
    } else if (said->stop == providers::StopReason::kMaxTokens) {
      if (++continuations > kContinuationsMax) {
        co_return failed({Errc::kLimit, "the model's answers were cut off again and again",
                          "ask for smaller steps"});
      }
      turns.push_back(user_turn("Your answer was cut off. Go on from where you stopped."));
      auto told = co_await record_turns(caller, {turns.back()}, {});
      if (!told) co_return ended(told.error());
    }
    auto heeded = co_await heed_circles(caller, turns);
    if (!heeded) co_return ended(heeded.error());
  }
  co_return failed({Errc::kLimit,
                    "the task took " + std::to_string(limits::kAgentTurnsMax) + " model calls",
                    "split the task, or retry it to go on"});
}

awaitable<Result<Remembered>> AgentLoop::begin(const Assignment& assignment,
                                               const Instructions& rules) {
  const tools::Caller caller{assignment.agent, assignment.task};
  Remembered known;
  if (assignment.attempt > 1) {
    CO_TRY(known, co_await host_.remember(caller));
    if (!known.turns.empty()) {
      host_.enter_state(caller, "executing", "going on with what was said before");
      co_return known;
    }
  }
  const std::string context = co_await host_.shared_context(caller) + further_.note;
  known.turns.push_back(task_turn(assignment, context + withheld_instructions(rules)));
  CO_TRY_VOID(co_await record_turns(caller, known.turns, {.begins = true}));
  co_return known;
}

awaitable<Result<providers::ModelAnswer>> AgentLoop::answer(const tools::Caller& caller,
                                                            Remembered& known,
                                                            std::stop_token stop) {
  if (known.answer) {
    CO_TRY_VOID(co_await record_text(caller, *known.answer, known.messages));
    co_return *known.answer;
  }
  host_.enter_state(caller, "executing", "asking the model");
  CO_TRY_VOID(co_await keep_room(caller, known.turns, stop));
  CO_TRY(providers::ModelAnswer said, co_await ask(caller, known.turns, stop));
  if (said.stop == providers::StopReason::kContextExceeded) co_return said;
  CO_TRY_VOID(co_await record_turns(caller, {said.turn}, {.stop = said.stop}));
  CO_TRY_VOID(co_await record_text(caller, said, 0));
  co_return said;
}

awaitable<Result<void>> AgentLoop::record_turns(const tools::Caller& caller,
                                                std::vector<providers::Turn> turns,
                                                Conversation::Told told) {
  json::object data = Conversation::turns_event(caller.agent, turns, told);
  CO_TRY_VOID(co_await host_.record(caller, "conversation_turn", std::move(data)));
  co_return Result<void>{};
}

providers::ModelRequest AgentLoop::request_of(const tools::Caller& caller,
                                              const std::vector<providers::Turn>& turns) const {
  providers::ModelRequest request;
  request.model = model().model;
  request.system = system_;
  request.turns = turns;
  request.cache_key = caller.task.str();
  for (const tools::ToolSpec& tool : tools_.specs()) {
    request.tools.push_back({tool.name, tool.description, tool.input_schema});
  }
  for (const tools::ToolSpec& tool : further_.specs) {
    request.tools.push_back({tool.name, tool.description, tool.input_schema});
  }
  return request;
}

awaitable<Result<providers::ModelAnswer>> AgentLoop::ask(const tools::Caller& caller,
                                                         const std::vector<providers::Turn>& turns,
                                                         std::stop_token stop,
                                                         std::int64_t output_tokens) {
  for (;;) {
    providers::ModelRequest request = request_of(caller, turns);
    request.max_output_tokens = output_tokens;
    const std::int64_t bytes = providers::request_bytes(request);
    const CallSize size{prompt_.tokens(bytes), request.max_output_tokens};
    CO_TRY(const Reserved reserved, co_await host_.reserve(caller, model(), size, stop));
    request.max_output_tokens = reserved.output_tokens;
    std::stop_source call;
    const std::stop_callback stopped(stop, [&call] { call.request_stop(); });
    Listener listener(host_, caller, model(), reserved, call);
    auto answer = co_await model().provider.call(std::move(request), listener, call.get_token());
    const bool broke_off = !answer && answer.error().may_be_billed();
    Settlement settlement{answer ? answer->billed : answer.error().billed,
                          listener.unheard() + (broke_off ? 1 : 0)};
    if (answer) {
      settlement.end = {std::string(to_string(answer->stop)), answer->stop_detail,
                        answer->prompt_tokens};
    }
    CO_TRY_VOID(co_await host_.settle(caller, model(), reserved, std::move(settlement)));
    if (answer) {
      prompt_.learn(bytes, answer->prompt_tokens);
      gauge_.learn(bytes, answer->prompt_tokens);
      co_return *std::move(answer);
    }
    if (stop.stop_requested()) co_return answer.error().to_error();
    if (listener.out_of_money()) continue;
    if (answer.error().kind == providers::ProviderError::Kind::kContextExceeded) {
      providers::ModelAnswer refused;
      refused.stop = providers::StopReason::kContextExceeded;
      refused.stop_detail = answer.error().message;
      co_return refused;
    }
    CO_TRY(const bool moved, co_await fail_over(caller, answer.error()));
    if (!moved) co_return answer.error().to_error();
  }
}

awaitable<Result<bool>> AgentLoop::fail_over(const tools::Caller& caller,
                                             const providers::ProviderError& error) {
  if (model_at_ + 1 == models_.size() || !providers::another_may_succeed(error.kind)) {
    co_return false;
  }
  const auto name = [](const AgentModel& model) {
    return json::object{{"provider", to_string(model.provider.kind())}, {"model", model.model}};
  };
  json::object data{{"agent", caller.agent}, {"from", name(model())}};
  ++model_at_;
  // Another model counts the same words in other tokens.
  prompt_ = {};
  gauge_ = {};
  data["to"] = name(model());
  data["kind"] = to_string(error.kind);
  data["error"] = error.to_error().message;
  CO_TRY_VOID(co_await host_.record(caller, "provider_failover", std::move(data)));
  co_return true;
}

awaitable<Result<void>> AgentLoop::record_text(const tools::Caller& caller,
                                               const providers::ModelAnswer& answer,
                                               std::size_t known) {
  for (SaidText& said : said_texts(answer.turn)) {
    if (known > 0) {
      --known;
      continue;
    }
    json::object data{{"id", "m_" + id_prefix_ + std::to_string(++steps_)},
                      {"from", caller.actor()},
                      {"to", json::array{"user"}},
                      {"text", std::move(said.text)},
                      {"kind", "answer"}};
    if (!said.phase.empty()) data["phase"] = std::move(said.phase);
    CO_TRY_VOID(co_await host_.record(caller, "agent_message", std::move(data)));
  }
  co_return Result<void>{};
}

}  // namespace coditect::agents
