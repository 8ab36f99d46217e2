#include "coordination/budget/ledger.h"

#include <algorithm>
#include <utility>

namespace coditect::budget {

namespace {

Result<void> check_amount(Nanodollars amount) {
  if (amount < 0 || amount > kMoneyMax) {
    return invalid("an amount of money is between 0 and a billion dollars");
  }
  return {};
}

EventDraft draft_of(std::string_view type, const std::string& id, const Reservation& reservation) {
  EventDraft draft{std::string(type), "agent:" + reservation.agent, {}, reservation.task, {}};
  draft.data["id"] = id;
  draft.data["agent"] = reservation.agent;
  return draft;
}

/// "task:t_1" as a person reads it.
std::string words_of(const std::string& scope) {
  if (scope == "workspace") return "the workspace";
  if (scope.starts_with("day:")) return "the day " + scope.substr(4) + " (UTC)";
  const std::size_t colon = scope.find(':');
  return scope.substr(0, colon) + " " + scope.substr(colon + 1);
}

}  // namespace

Error over_budget(const Room& room, Nanodollars amount) {
  const Account& account = room.account;
  std::string message =
      "the budget of " + words_of(room.scope) + " has " + usd_text(room.left) + " of " +
      usd_text(account.limit.value_or(0)) + " left and the next call may cost " + usd_text(amount) +
      " (" + usd_text(account.spent) + " spent, " + usd_text(account.reserved) +
      " reserved by calls under way, " + usd_text(account.unsettled) + " unsettled)";
  return {Errc::kBudget, std::move(message), "raise it with cost.set_budget"};
}

Result<Ledger> Ledger::restore(const json::object& snapshot) {
  Ledger ledger;
  TRY(ledger.books_, Books::restore(snapshot));
  return ledger;
}

std::optional<Room> Ledger::room(const std::vector<std::string>& scopes) const {
  std::optional<Room> least;
  for (const std::string& scope : scopes) {
    const Account account = books_.account(scope);
    if (!account.limit) continue;
    const Nanodollars left = std::max<Nanodollars>(0, *account.limit - account.used());
    if (!least || left < least->left) least = Room{scope, account, left};
  }
  return least;
}

std::optional<Room> Ledger::room(const Spender& spender) const {
  return room(books_.scopes(spender.agent, spender.task.str(), spender.day));
}

Result<EventDraft> Ledger::reserve(const Spender& spender, const Need& need) const {
  TRY_VOID(check_amount(need.amount));
  if (need.id.empty() || books_.open().contains(need.id) || books_.unsettled().contains(need.id)) {
    return invalid("a reservation needs an id of its own");
  }
  const auto least = room(spender);
  if (least && need.amount > least->left) return over_budget(*least, need.amount);
  const Reservation made{spender.agent, spender.task.str(), need.model, need.amount, 0, {}};
  EventDraft draft = draft_of("budget_reserved", need.id, made);
  draft.data["model"] = need.model;
  draft.data["amount_usd"] = to_usd(need.amount);
  draft.data["max_output_tokens"] = need.output_tokens;
  draft.data["day"] = spender.day;
  return draft;
}

Result<const Reservation*> Ledger::need_open(const std::string& id) const {
  const auto found = books_.open().find(id);
  if (found == books_.open().end()) return not_found("there is no open reservation " + id);
  return &found->second;
}

Result<EventDraft> Ledger::reserve_more(const std::string& id, Nanodollars amount) const {
  TRY_VOID(check_amount(amount));
  TRY(const Reservation* reservation, need_open(id));
  const auto least = room(reservation->scopes);
  if (least && amount > least->left) return over_budget(*least, amount);
  EventDraft draft = draft_of("budget_reserved", id, *reservation);
  draft.data["model"] = reservation->model;
  draft.data["amount_usd"] = to_usd(amount);
  draft.data["further"] = true;
  return draft;
}

Result<EventDraft> Ledger::settle(const std::string& id, Nanodollars unsettled,
                                  std::string_view reason) const {
  TRY_VOID(check_amount(unsettled));
  TRY(const Reservation* reservation, need_open(id));
  EventDraft draft = draft_of("budget_settled", id, *reservation);
  draft.data["unsettled_usd"] = to_usd(std::min(unsettled, reservation->amount));
  draft.data["reason"] = reason;
  return draft;
}

Result<void> Ledger::settle_with(json::object& usage, const std::string& id,
                                 Nanodollars unsettled) const {
  TRY_VOID(check_amount(unsettled));
  if (!books_.unsettled().contains(id)) {
    TRY(const Reservation* reservation, need_open(id));
    unsettled = std::min(unsettled, reservation->amount);
  }
  usage["reservation"] = id;
  if (unsettled > 0) usage["unsettled_usd"] = to_usd(unsettled);
  return {};
}

std::vector<EventDraft> Ledger::recover() const {
  std::vector<EventDraft> drafts;
  for (const auto& [id, reservation] : books_.open()) {
    EventDraft draft = draft_of("budget_settled", id, reservation);
    draft.actor = "system";
    draft.data["unsettled_usd"] = to_usd(reservation.amount);
    draft.data["reason"] = "the server restarted";
    drafts.push_back(std::move(draft));
  }
  return drafts;
}

}  // namespace coditect::budget
