#include "coordination/budget/ledger.h"

#include <algorithm>
#include <set>
#include <utility>

namespace coditect::budget {

namespace {

/// A billion dollars: sums of a few of these do not overflow.
constexpr Nanodollars kAmountMax = 1'000'000'000'000'000'000;

Nanodollars add(Nanodollars a, Nanodollars b) { return std::min(kAmountMax, a + b); }

Result<void> check_amount(Nanodollars amount) {
  if (amount < 0 || amount > kAmountMax) {
    return invalid("an amount of money is between 0 and a billion dollars");
  }
  return {};
}

}  // namespace

Result<void> Ledger::set_limit(std::string_view scope, std::optional<Nanodollars> limit) {
  if (limit) TRY_VOID(check_amount(*limit));
  scopes_[std::string(scope)].limit = limit;
  return {};
}

Result<ReservationId> Ledger::reserve(std::span<const std::string> scopes, Nanodollars amount) {
  TRY_VOID(check_amount(amount));
  const std::set<std::string> names(scopes.begin(), scopes.end());
  for (const std::string& name : names) {
    const Scope now = scope(name);
    const Nanodollars used = add(add(now.spent, now.reserved), now.overrun);
    if (now.limit && (used > *now.limit || amount > *now.limit - used)) {
      return Error{Errc::kBudget, "the budget of " + name + " is used up",
                   "raise the budget, or wait for running calls to settle"};
    }
  }
  for (const std::string& name : names) {
    Scope& to = scopes_[name];
    to.reserved = add(to.reserved, amount);
  }
  const ReservationId id{++last_reservation_};
  reservations_.emplace(id, Reservation{{names.begin(), names.end()}, amount});
  return id;
}

void Ledger::spend(Scope& scope, Nanodollars covered, Nanodollars cost) {
  scope.spent = add(scope.spent, std::min(covered, cost));
  scope.overrun = add(scope.overrun, std::max<Nanodollars>(0, cost - covered));
}

Result<void> Ledger::settle(ReservationId reservation, Nanodollars cost) {
  TRY_VOID(check_amount(cost));
  const auto found = reservations_.find(reservation);
  if (found == reservations_.end()) return not_found("the reservation is settled already");
  const Nanodollars amount = found->second.amount;
  for (const std::string& name : found->second.scopes) {
    Scope& scope = scopes_[name];
    scope.reserved = std::max<Nanodollars>(0, scope.reserved - amount);
    spend(scope, amount, cost);
  }
  reservations_.erase(found);
  return {};
}

Result<void> Ledger::charge(std::span<const std::string> scopes, Nanodollars cost) {
  TRY_VOID(check_amount(cost));
  const std::set<std::string> names(scopes.begin(), scopes.end());
  for (const std::string& name : names) {
    Scope& scope = scopes_[name];
    const Nanodollars used = add(scope.spent, scope.reserved);
    const Nanodollars left = scope.limit ? std::max<Nanodollars>(0, *scope.limit - used) : cost;
    spend(scope, left, cost);
  }
  return {};
}

Scope Ledger::scope(std::string_view name) const {
  const auto found = scopes_.find(name);
  return found == scopes_.end() ? Scope{} : found->second;
}

json::object Ledger::snapshot() const {
  json::object object;
  for (const auto& [name, scope] : scopes_) {
    json::object entry;
    if (scope.limit) entry["limit"] = *scope.limit;
    entry["spent"] = scope.spent;
    entry["overrun"] = scope.overrun;
    object[name] = std::move(entry);
  }
  return object;
}

Result<Ledger> Ledger::restore(const json::object& snapshot) {
  Ledger ledger;
  for (const auto& member : snapshot) {
    const json::object* object = member.value().if_object();
    if (object == nullptr) return invalid("a budget snapshot holds something that is no scope");
    Scope scope;
    scope.limit = find_int(*object, "limit");
    TRY(scope.spent, need_int(*object, "spent"));
    TRY(scope.overrun, need_int(*object, "overrun"));
    TRY_VOID(check_amount(scope.limit.value_or(0)));
    TRY_VOID(check_amount(scope.spent));
    TRY_VOID(check_amount(scope.overrun));
    ledger.scopes_.emplace(std::string(member.key()), scope);
  }
  return ledger;
}

}  // namespace coditect::budget
