#include "workspace/budget/budget_service.h"

#include <boost/asio/post.hpp>

#include <algorithm>

#include "agents/call_bound.h"
#include "base/log.h"
#include "workspace/host/usage_event.h"

namespace coditect::workspace {

namespace {

/// A steady clock stands still while the machine sleeps, so midnight is looked for this often.
constexpr std::chrono::minutes kLookAgain{1};

Error unpriced(const agents::AgentModel& model, const budget::Room& room) {
  return {Errc::kBudget,
          "the model has no price, so the budget of " + room.scope + " cannot hold: " + model.model,
          "remove that budget with cost.set_budget, or use a model with a price, then retry"};
}

}  // namespace

BudgetService::BudgetService(Strand strand, Parts parts)
    : strand_(strand), parts_(parts), changed_(strand) {}

void BudgetService::before_apply(const Event& event) {
  // Whoever waits runs after this step, and so after the event is applied.
  if (event.type == "budget_set" || event.type == "budget_settled" ||
      event.type == "usage_recorded") {
    changed_.notify_all();
  }
}

void BudgetService::recover() {
  for (EventDraft& draft : parts_.ledger.recover()) parts_.log.append(std::move(draft));
}

BudgetService::Decision BudgetService::decide(const tools::Caller& caller,
                                              const agents::AgentModel& model,
                                              const agents::CallSize& size) {
  const Time now = parts_.clock.now();
  const budget::Spender spender{caller.agent, caller.task, budget::day_of(now)};
  const auto room = parts_.ledger.room(spender);
  if (!agents::most(model, size, parts_.prices, now)) {
    if (room) return {unpriced(model, *room)};
    return {agents::Reserved{{}, size.output_tokens, 0, now}};
  }
  const Nanodollars left = room ? room->left : kMoneyMax;
  const auto fits = agents::affordable(model, size, left, parts_.prices, now);
  if (!fits) {
    const agents::CallSize least{size.prompt_tokens,
                                 std::min(size.output_tokens, agents::kOutputTokensMin)};
    return {over_budget(*room, *agents::most(model, least, parts_.prices, now)), room->scope, true};
  }
  const budget::Need need{parts_.random.id("r_"), model.model,
                          *agents::most(model, *fits, parts_.prices, now), fits->output_tokens};
  auto draft = parts_.ledger.reserve(spender, need);
  if (!draft) return {std::move(draft).error()};
  parts_.log.append(*std::move(draft));
  return {agents::Reserved{need.id, need.output_tokens, need.amount, now}};
}

awaitable<Result<agents::Reserved>> BudgetService::reserve(tools::Caller caller,
                                                           agents::AgentModel model,
                                                           agents::CallSize size,
                                                           std::stop_token stop, OnWait on_wait) {
  CO_TRY(agents::Reserved reserved,
         co_await reserve_or_wait(std::move(caller), std::move(model), size, std::move(stop),
                                  std::move(on_wait)));
  if (reserved.id.empty()) co_return reserved;
  auto durable = co_await parts_.log.durable(parts_.log.head());
  if (durable) co_return reserved;
  // The call is not made, so nothing is spent.
  auto ended = parts_.ledger.settle(reserved.id, 0, "the log did not keep it");
  if (ended && !parts_.log.failed()) parts_.log.append(*std::move(ended));
  co_return std::move(durable).error();
}

awaitable<Result<agents::Reserved>> BudgetService::reserve_or_wait(tools::Caller caller,
                                                                   agents::AgentModel model,
                                                                   agents::CallSize size,
                                                                   std::stop_token stop,
                                                                   OnWait on_wait) {
  const std::stop_callback wake(stop,
                                [this] { asio::post(strand_, [this] { changed_.notify_all(); }); });
  std::string waits_for;
  for (;;) {
    Decision decision = stop.stop_requested() ? Decision{Error{Errc::kCancelled, "cancelled", {}}}
                                              : decide(caller, model, size);
    if (!decision.waits) {
      if (!waits_for.empty()) on_wait.end();
      co_return std::move(decision.reserved);
    }
    if (waits_for != decision.scope) {
      if (!waits_for.empty()) on_wait.end();
      waits_for = decision.scope;
      on_wait.begin(decision.reserved.error().message);
    }
    co_await wait_for_more();
  }
}

awaitable<void> BudgetService::wait_for_more() {
  const Time now = parts_.clock.now();
  const Time midnight = std::chrono::floor<std::chrono::days>(now) + std::chrono::days{1};
  const auto longest = std::min<std::chrono::microseconds>(midnight - now, kLookAgain);
  co_await changed_.wait_until(std::chrono::steady_clock::now() + longest);
}

Result<void> BudgetService::reserve_more(const agents::Reserved& reserved) {
  if (reserved.id.empty()) return {};
  TRY(EventDraft draft, parts_.ledger.reserve_more(reserved.id, reserved.request));
  // Its place in the log is before whatever the further request is billed; a retry begins only
  // after a delay in which the disk has it too.
  parts_.log.append(std::move(draft));
  return {};
}

awaitable<Result<void>> BudgetService::settle(const tools::Caller& caller,
                                              const agents::AgentModel& model,
                                              const agents::Reserved& reserved,
                                              agents::Settlement settlement) {
  const std::string actor = caller.actor();
  const auto open = parts_.ledger.books().open().find(reserved.id);
  const bool is_open = open != parts_.ledger.books().open().end();
  const Nanodollars amount = is_open ? open->second.amount : 0;
  const auto price = parts_.prices.cost(settlement.billed, reserved.at);
  const Nanodollars cost = price.value_or(0);
  // Of what was set aside, no more can have been spent than for the requests nobody heard out; and
  // where nobody knows the price of what was billed, or what was billed, it can have been all.
  const bool unknown = !price || (settlement.billed.empty() && !settlement.end.stop.empty());
  Nanodollars unsettled = amount;
  if (!unknown) unsettled = std::min(settlement.unheard * reserved.request, amount - cost);
  unsettled = std::max<Nanodollars>(0, unsettled);
  if (is_open && cost > amount) {
    spdlog::warn("a call of {} cost {}, more than the {} that were reserved", model.model,
                 usd_text(cost), usd_text(amount));
  }
  if (settlement.billed.empty() && settlement.end.stop.empty()) {
    if (!is_open) co_return Result<void>{};
    const char* reason = settlement.unheard > 0 ? "the call broke off" : "the call cost nothing";
    CO_TRY(EventDraft draft, parts_.ledger.settle(reserved.id, unsettled, reason));
    const Sequence seq = parts_.log.append(std::move(draft));
    co_return co_await parts_.log.durable(seq);
  }
  json::object data = usage_event(caller.agent, model, settlement.billed, settlement.end,
                                  parts_.prices, reserved.at);
  if (is_open) CO_TRY_VOID(parts_.ledger.settle_with(data, reserved.id, unsettled));
  const Sequence seq =
      parts_.log.append({"usage_recorded", actor, {}, caller.task.str(), std::move(data)});
  co_return co_await parts_.log.durable(seq);
}

}  // namespace coditect::workspace
