#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/event.h"
#include "base/json.h"
#include "base/money.h"
#include "base/result.h"
#include "base/strong_id.h"
#include "coordination/budget/books.h"

namespace coditect::budget {

/// Who makes a call, for which task, on which day.
struct Spender {
  std::string agent;
  TaskId task;
  std::string day;  ///< as day_of() names it
};

/// What a call needs before it is made.
struct Need {
  std::string id;  ///< fresh; names the reservation
  std::string model;
  Nanodollars amount = 0;  ///< the most that the call can cost
  std::int64_t output_tokens = 0;
};

/// The scope of a call that has least left.
struct Room {
  std::string scope;
  Account account;
  Nanodollars left = 0;  ///< zero where the limit is passed already
};

/// Budgets of one workspace: before a call the most that it can cost is reserved in every scope
/// that it counts in, afterwards what it did cost is spent and the rest is free again.
///
/// Methods decide and return events; the caller records each and gives it to apply(), in order,
/// before the next call. The events are those of the log, so after a crash the books say the same.
///
/// Threads:    one strand.
/// Invariants: in every scope with a limit, spent + reserved + unsettled <= limit, as long as no
///             call costs more than was reserved for it and the limit was not lowered below that
///             sum. Where it is beyond, no reservation adds to it.
/// Errors:     kBudget when a scope has not enough left, kNotFound for a reservation that is not
///             open.
class Ledger {
 public:
  static Result<Ledger> restore(const json::object& snapshot);
  json::object snapshot() const { return books_.snapshot(); }
  Result<void> apply(const Event& event) { return books_.apply(event); }

  /// Nothing where no limit holds for the call.
  std::optional<Room> room(const Spender& spender) const;
  Result<EventDraft> reserve(const Spender& spender, const Need& need) const;
  /// Adds to an open reservation: for a further request of the same call.
  Result<EventDraft> reserve_more(const std::string& id, Nanodollars amount) const;
  /// Ends a reservation whose call told of no cost. `unsettled` of it may have been spent all the
  /// same and stays counted; the rest is free.
  Result<EventDraft> settle(const std::string& id, Nanodollars unsettled,
                            std::string_view reason) const;
  /// Ends a reservation, open or unsettled, with what its call did cost: completes the data of a
  /// usage_recorded.
  Result<void> settle_with(json::object& usage, const std::string& id, Nanodollars unsettled) const;
  /// After a restart: how calls that were under way ended nobody knows, so what was reserved for
  /// them is unsettled.
  std::vector<EventDraft> recover() const;

  const Books& books() const { return books_; }

 private:
  Result<const Reservation*> need_open(const std::string& id) const;
  std::optional<Room> room(const std::vector<std::string>& scopes) const;

  Books books_;
};

/// What a limit without enough left says to a person.
Error over_budget(const Room& room, Nanodollars amount);

}  // namespace coditect::budget
